"""What an operator may set, and what is said of a mistake."""

import pytest

from s1_assets.settings import Settings, without_user


def test_nothing_set_means_the_defaults_of_a_bare_laptop():
    settings = Settings.from_environment({"S1_TENSOR_PARALLEL": "", "S1_ENGINE": ""})
    assert (settings.captioner, settings.model) == ("extractive", "Qwen/Qwen3-VL-8B-Instruct")
    assert (settings.tensor_parallel, settings.data_parallel) == (None, None)
    assert (settings.endpoints, settings.engine_overrides) == ((), {})
    assert (settings.alerts, settings.alert_warnings, settings.ui_url) == (None, "measured", "http://127.0.0.1:3000")


def test_without_a_mirror_live_services_fill_one_in_the_lake():
    settings = Settings.from_environment({"S1_LAKE": "s3://bucket/lake/", "S1_CONTACT": "", "S1_MIRROR": ""})
    assert (settings.mirror, settings.contact, settings.services) == (None, None, "{}")
    assert settings.downloads == "s3://bucket/lake/downloads"
    assert settings.arxiv_chunks == "fetched"


def test_engine_settings_are_read():
    settings = Settings.from_environment(
        {
            "S1_TENSOR_PARALLEL": "2",
            "S1_DATA_PARALLEL": "4",
            "S1_ENDPOINTS": "http://a:8000/, https://b/v1,",
            "S1_ENGINE": '{"max_num_seqs": 64}',
        }
    )
    assert (settings.tensor_parallel, settings.data_parallel) == (2, 4)
    assert settings.endpoints == ("http://a:8000", "https://b/v1")
    assert settings.engine_overrides == {"max_num_seqs": 64}


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("S1_TENSOR_PARALLEL", "two", "S1_TENSOR_PARALLEL='two' is not a whole number"),
        ("S1_DATA_PARALLEL", "0", "S1_DATA_PARALLEL='0' is not a whole number from 1"),
        ("S1_DATA_PARALLEL", "²", "S1_DATA_PARALLEL='²' is not a whole number"),
        ("S1_ENDPOINTS", "localhost:8000", "S1_ENDPOINTS: 'localhost:8000' is no URL"),
        ("S1_ENDPOINTS", "http://bob:a/b@host:8000", "S1_ENDPOINTS: URL 1 of 1 cannot be read"),
        ("S1_ENDPOINTS", "http://a:8000,http://b:80o0", "S1_ENDPOINTS: URL 2 of 2 cannot be read; a port is a number"),
        ("S1_ALERT_WARNINGS", "some", "S1_ALERT_WARNINGS='some' is not understood; use measured, all, none"),
        ("S1_CAPTIONER", "opnai", "S1_CAPTIONER='opnai' is not understood; use extractive, vllm, openai"),
        ("S1_ARXIV_CHUNKS", "in place", "S1_ARXIV_CHUNKS='in place' is not understood; use fetched, in_place"),
        ("S1_UI_URL", "dagster.example.org", "S1_UI_URL='dagster.example.org' is not one URL"),
        ("S1_UI_URL", "http://a,http://b", "is not one URL"),
        ("S1_ENGINE", "max_num_seqs=64", "S1_ENGINE is not JSON: Expecting value: line 1"),
        ("S1_ENGINE", "[1]", "is no JSON object"),
        ("S1_ENGINE", '{"tensor_parallel_size": 2}', "set S1_TENSOR_PARALLEL instead"),
        ("S1_ENGINE", '{"model": "a/b"}', "set S1_MODEL instead"),
    ],
)
def test_a_mistake_is_an_error_that_names_the_variable(variable, value, message):
    with pytest.raises(ValueError, match=message):
        Settings.from_environment({variable: value})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("S1_LAKE", "s3://key:hunter2@bucket/lake"),
        ("S1_MIRROR", "https://bob:hunter2@mirror.example.org"),
        ("S1_SERVICES", '{"osf": "https://bob:hunter2@osf.example.org"}'),
        ("S1_UI_URL", "https://bob:hunter2@dagster.example.org"),
        ("S1_ENGINE", '{"hf_token": "hunter2"}'),
        ("S1_ENGINE", '{"hf_token": "hunter2",}'),
        ("S1_ENGINE", '["hf_token", "hunter2"]'),
        ("S1_ENDPOINTS", "http://bob:hunter2/@host:8000"),
        ("S1_ENDPOINTS", "http://bob:hunter2,3@host:8000"),
    ],
)
def test_a_secret_where_it_would_be_shown_is_a_mistake_that_does_not_show_it(variable, value):
    with pytest.raises(ValueError, match=variable) as mistake:
        Settings.from_environment({variable: value})
    assert "hunter2" not in str(mistake.value)


def test_names_with_an_at_sign_are_no_secrets():
    names = {"S1_MODEL": "owner/name@main", "S1_CONTACT": "https://example.org/@me", "S1_LAKE": "s3://bucket/a@b"}
    settings = Settings.from_environment({**names, "S1_ENDPOINTS": "http://host:8000/models@main"})
    assert (settings.model, settings.contact, settings.lake) == tuple(names.values())
    assert settings.endpoints == ("http://host:8000/models@main",)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://bob:hunter2@host:8000/v1", "http://host:8000/v1"),
        ("http://bob:hun ter2@host", "http://host"),
        ('http://bob:h"unt@er2@host', "http://host"),
        ("http://bob@host/models@main", "http://host/models@main"),
        ("http://host/models@main", "http://host/models@main"),
    ],
)
def test_of_an_endpoint_is_shown_all_but_its_user(url, shown):
    [endpoint] = Settings.from_environment({"S1_ENDPOINTS": url}).endpoints
    assert (endpoint, without_user(endpoint)) == (url, shown)


def test_settings_can_be_printed_without_their_secrets():
    secret = {
        "S1_ENDPOINTS": "http://bob:hunter2@10.0.0.1:8000",
        "S1_ALERTS": "slack:https://hooks.slack.com/services/hunter2",
        "S1_SMTP": "smtp://bob:hunter2@mail.example.org",
    }
    assert "hunter2" not in repr(Settings.from_environment(secret))

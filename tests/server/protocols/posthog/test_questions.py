"""What SDKs ask before and beside sending: configuration, flags, surveys."""

import base64
import json

import httpx
import pytest

from tests.conftest import ProjectClient


def get(project: ProjectClient, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{project.server.url}{path}", headers=headers)


@pytest.mark.parametrize("path", ["/array/{key}/config", "/array/{key}/config/"])
def test_the_configuration_keeps_autocapture_on(project: ProjectClient, path: str) -> None:
    config = get(project, path.format(key=project.key)).json()
    assert config["token"] == project.key and config["autocapture_opt_out"] is False
    assert {"gzip", "gzip-js"} <= set(config["supportedCompression"])
    assert config["sessionRecording"] is False and config["heatmaps"] is False and "surveys" not in config
    assert config["autocaptureExceptions"] is False and config["capturePerformance"] is False


def test_the_configuration_as_a_script(project: ProjectClient) -> None:
    answer = get(project, f"/array/{project.key}/config.js")
    assert answer.headers["content-type"].startswith("application/javascript")
    text = answer.text
    start = text.index("]=") + 2
    config = json.loads(text[start : text.rindex(";}})" if ";}})" in text else ";})")])
    assert config["config"]["token"] == project.key and config["siteApps"] == []
    assert get(project, "/array/nope/config.js").status_code == 401
    assert get(project, "/static/recorder.js?v=1").status_code == 404
    assert "full.no-external" in get(project, "/static/1.2.3/surveys.js").json()["detail"]


@pytest.mark.parametrize("kind", ["web-vitals", "web-vitals-with-attribution", "web-vitals-soft-navs"])
def test_the_script_that_measures_web_vitals(project: ProjectClient, kind: str) -> None:
    for path in (f"/static/{kind}.js?v=1.449.2", f"/static/1.449.2/{kind}.js"):
        answer = get(project, path, origin="https://shop.test")
        assert answer.status_code == 200 and "__PosthogExtensions__" in answer.text
        assert answer.headers["content-type"].startswith("application/javascript")
        assert answer.headers["access-control-allow-origin"] == "https://shop.test", "it is loaded with CORS"
        assert "max-age" in answer.headers["cache-control"]


def test_flags_in_every_version(project: ProjectClient) -> None:
    body = json.dumps({"token": project.key, "distinct_id": "u"}).encode()
    for version in (2, 4):
        answer = project.post(f"/flags/?v={version}", body).json()
        assert answer["flags"] == {} and answer["errorsWhileComputingFlags"] is False and answer["requestId"]
    assert project.post("/flags/?v=2&config=true", body).json()["autocapture_opt_out"] is False
    assert project.post("/decide/?v=1", body).json()["featureFlags"] == []
    assert project.post("/decide/?v=3", body).json()["featureFlags"] == {}
    assert project.post("/decide/?v=4", body).json()["flags"] == {}
    form = b"data=" + base64.b64encode(body).replace(b"=", b"%3D").replace(b"+", b"%2B")
    assert project.post("/flags/?v=2&compression=base64", form).json()["flags"] == {}
    assert project.post("/flags/?v=2", b'{"token": "nope"}').status_code == 401
    assert project.post("/flags/?v=2", b"{").status_code == 400


@pytest.mark.parametrize("path", ["/flags/definitions", "/api/feature_flag/local_evaluation/"])
def test_definitions_know_what_the_client_has(project: ProjectClient, path: str) -> None:
    answer = get(project, f"{path}?token={project.key}&send_cohorts")
    assert answer.json() == {"flags": [], "group_type_mapping": {}, "cohorts": {}}
    again = get(project, f"{path}?token={project.key}", if_none_match="")
    assert again.status_code == 200
    same = httpx.get(
        f"{project.server.url}{path}",
        headers={"authorization": f"Bearer {project.key}", "if-none-match": answer.headers["etag"]},
    )
    assert same.status_code == 304 and same.content == b""


def test_there_is_nothing_to_show(project: ProjectClient) -> None:
    keys = {"surveys": "surveys", "product_tours": "product_tours", "web_experiments": "experiments"}
    for name, key in {**keys, "early_access_features": "earlyAccessFeatures"}.items():
        assert get(project, f"/api/{name}/?token={project.key}").json() == {key: []}
        assert get(project, f"/api/{name}/").status_code == 401
    assert get(project, f"/api/projects/@current/feature_flags/f/remote_config?token={project.key}").status_code == 404
    assert get(project, "/_liveness").status_code == get(project, "/_readiness/").status_code == 200

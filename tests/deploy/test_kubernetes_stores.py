"""Kafka and PostgreSQL in the production overlay of deploy/k8s: who may use them, and that they keep what they hold."""

import json
import re

from contracts.topics import PARTITIONS, TOPICS
from local_stack.checkout import ROOT
from tests.deploy.kubernetes import PACKAGES, of_kind
from tests.deploy.rights import Right, rights


def test_only_workers_meet_kafka_and_each_as_the_user_of_its_service() -> None:
    for name, deployment in of_kind("production", "Deployment").items():
        template = deployment["spec"]["template"]
        [container] = template["spec"]["containers"]
        user = [each for each in container.get("env", []) if each["name"] == "FRONTDOOR_KAFKA_USER"]
        secrets = {volume["name"]: volume["secret"] for volume in template["spec"]["volumes"] if "secret" in volume}
        if not name.endswith("-worker"):
            assert not user, name
            assert "kafka-user" not in secrets, name
            continue
        assert user[0]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.labels['app.kubernetes.io/name']"
        service = template["metadata"]["labels"]["app.kubernetes.io/name"]
        assert service in of_kind("production", "KafkaUser")
        assert secrets["kafka-user"]["secretName"] == f"kafka-user-{service}"
        assert secrets["kafka-ca"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]


def test_users_of_kafka_have_the_rights_that_owners_and_readers_need() -> None:
    given = {
        Right(user, acl["resource"]["type"], acl["resource"]["name"], operation)
        for user, manifest in of_kind("production", "KafkaUser").items()
        for acl in manifest["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
        if acl["resource"]["patternType"] == "literal"
    }

    assert given == set(rights())
    writers = {(right.name, right.service) for right in given if right.operation == "Write"}
    assert writers == {(topic.name, owner) for topic in TOPICS for owner in topic.owners}


def test_the_table_of_rights_is_the_diagram_of_the_architecture() -> None:
    """An arrow from a service to a topic is a right to write, one from a topic to a service a right to read."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    names = {"intake": "referral-intake", "triage": "triage", "notify": "agency-notify", "audit": "audit"}
    topics = dict(re.findall(r'(T\d)\[\["(.+?)"\]\]', text))
    drawn = set()
    for left, right in re.findall(r"^  ([\w &]+) --> ([\w& ]+?)(?:\[\[.*)?$", text, re.MULTILINE):
        for source in left.split(" & "):
            for target in right.split(" & "):
                if source in names and target in topics:
                    drawn.add((names[source], "Write", topics[target]))
                if source in topics and target in names:
                    drawn.add((names[target], "Read", topics[source]))

    given = {(right.service, right.operation, right.name) for right in rights() if right.kind == "topic"}
    assert drawn == {right for right in given if right[1] != "Describe"}


def test_kafka_in_production_keeps_what_it_acknowledged() -> None:
    [kafka] = of_kind("production", "Kafka").values()
    [nodes] = of_kind("production", "KafkaNodePool").values()
    [listener] = kafka["spec"]["kafka"]["listeners"]

    assert nodes["spec"]["replicas"] == 3
    assert (listener["tls"], listener["authentication"]["type"]) == (True, "scram-sha-512")
    assert kafka["spec"]["kafka"]["config"]["min.insync.replicas"] == 2
    assert kafka["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False
    topics = of_kind("production", "KafkaTopic")
    assert set(topics) == {topic.name for topic in TOPICS}
    for topic in topics.values():
        assert (topic["spec"]["partitions"], topic["spec"]["replicas"]) == (PARTITIONS, 3)
        assert topic["spec"]["config"]["min.insync.replicas"] == 2


def test_every_database_in_production_is_three_with_a_log_that_is_archived() -> None:
    clusters, backups = of_kind("production", "Cluster"), of_kind("production", "ScheduledBackup")

    assert set(clusters) == {f"{package.replace('_', '-')}-db" for package in PACKAGES}
    for name, cluster in clusters.items():
        spec = cluster["spec"]
        database = name.removesuffix("-db").replace("-", "_")
        assert spec["instances"] == 3
        assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
        assert spec["plugins"][0]["isWALArchiver"] is True
        assert spec["postgresql"]["pg_hba"] == ["hostnossl all all all reject"]
        assert (spec["bootstrap"]["initdb"]["database"], spec["bootstrap"]["initdb"]["owner"]) == (
            database,
            f"{database}_owner",
        )
        assert [role["name"] for role in spec["managed"]["roles"]] == [f"{database}_app"]
        assert spec["plugins"][0]["parameters"]["serverName"] == name.removesuffix("-db")
        assert backups[name]["spec"]["cluster"] == {"name": name}
        text = json.dumps(cluster) + json.dumps(backups[name])
        assert "SERVICE" not in text

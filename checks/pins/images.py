"""PIN005: container images by tag."""

from __future__ import annotations

from collections.abc import Iterator

from ...auditor.document import Document
from ...auditor.documents.dockerfile import is_dockerfile, read_dockerfile
from ...auditor.documents.images import image_name
from ...auditor.documents.pipelines import compose_images, devcontainer_image, is_compose
from ...auditor.documents.roles import is_development_folder
from ...auditor.documents.structured import Unreadable
from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import DocumentRule

_DIGEST = "sha256:" + "0123456789abcdef" * 4


class UnpinnedImage(DocumentRule):
    """A container image is named by a tag, which can be moved.

    ## What it does
    Reports the images of Dockerfiles (every stage, `ARG` defaults put in, `COPY --from`), compose
    files and dev containers that carry no digest, one finding a file. Images that are built
    here, stages of the same file and `scratch` are not reported; neither is an image whose name
    comes from an argument without a default.

    ## Why is this bad?
    Tags move: `latest` with every release, version tags with every security rebuild. CUDA,
    cuDNN, the C library and Python come with the image, so the same Dockerfile computes something
    else next month.

    ## Use instead
    `FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04@sha256:…`; the digest is printed by
    `docker buildx imagetools inspect IMAGE`.

    ## References
    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """

    code = "PIN005"
    name = "unpinned-image"
    patterns = (
        "*[Dd]ockerfile*",
        "*[Cc]ontainerfile*",
        "*compose*.yml",
        "*compose*.yaml",
        "*devcontainer.json",
    )
    bad = (
        Example("FROM pytorch/pytorch:latest  # <-\nRUN true\n", path="Dockerfile"),
        Example(
            "ARG TAG=12.1.0-runtime-ubuntu22.04\nFROM nvidia/cuda:${TAG} AS base  # <-\n"
            "FROM base\nCOPY --from=ghcr.io/astral-sh/uv:0.4 /uv /bin/uv\n",
            path="docker/train.Dockerfile",
            title="through an argument's default; two images, one finding",
        ),
        Example(
            "services:\n  serve:\n    image: tensorflow/serving  # <-\n",
            path="docker-compose.yml",
        ),
    )
    good = (
        Example(f"FROM python:3.11-slim@{_DIGEST} AS base\nFROM base\n", path="Dockerfile"),
        Example("ARG BASE\nFROM ${BASE}\nFROM scratch\n", path="Dockerfile"),
        Example("services:\n  app:\n    build: .\n    image: lab/app:dev\n", path="compose.yaml"),
    )

    def check(self, document: Document, project: Project) -> Iterator[Finding]:
        is_container = document.name == "devcontainer.json"
        if is_development_folder(document.path) or (
            is_container and project.environment.is_library
        ):
            return
        found: dict[str, Place] = {}
        for name, place in _images(document):
            if not image_name(name).is_pinned:
                found.setdefault(name, place)
        if not found:
            return
        names = list(found)
        floats = [name for name in names if image_name(name).floats]
        if len(names) == 1:
            what = "follows whatever is newest" if floats else "is named by a tag, which can move"
            message = f"the image {names[0]} {what}"
        else:
            message = f"{len(names)} images have no digest, so they can move: {', '.join(names)}"
        yield self.finding(
            found[floats[0]] if floats else found[names[0]],
            message,
            help="add the digest: image:tag@sha256:… (docker buildx imagetools inspect)",
            confidence=Confidence.HIGH if floats else Confidence.MEDIUM,
            evidence=[Evidence(place, name) for name, place in list(found.items())[:20]],
        )


def _images(document: Document) -> Iterator[tuple[str, Place]]:
    if is_dockerfile(document.path):
        for image in read_dockerfile(document).images:
            if image.name is not None:
                yield image.name, image.place
    elif is_compose(document.path):
        try:
            for name, place in compose_images(document):
                if "$" not in name:
                    yield name, place
        except Unreadable:
            return
    elif found := devcontainer_image(document):
        yield found

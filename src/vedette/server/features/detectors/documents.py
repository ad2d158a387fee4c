"""What is set of a project's detectors and how far they are, in the metadata database."""

import logging

from vedette.server.features.detectors.shapes import DetectorSettings, State
from vedette.server.features.rules import documents
from vedette.server.metadata.engine import Metadata

log = logging.getLogger("vedette.detectors")

SETTINGS, STATE = "detectors", "detector_state"


def read_settings(metadata: Metadata, project_id: int) -> tuple[DetectorSettings, int]:
    """The settings in force and their version; the built-in ones where a newer server wrote what cannot be read."""
    with metadata.session() as session:
        try:
            found = documents.saved(session, project_id, SETTINGS, DetectorSettings)
            return found.form, found.version
        except ValueError as error:
            log.error("the detectors' settings of project %s cannot be read: %s", project_id, error)
            return DetectorSettings(), 0


def read_state(metadata: Metadata, project_id: int) -> State:
    """How far the detectors are."""
    with metadata.session() as session:
        try:
            return documents.saved(session, project_id, STATE, State).form
        except ValueError as error:
            log.error("how far the detectors of project %s are cannot be read: %s", project_id, error)
            return State()


def write_state(metadata: Metadata, project_id: int, state: State) -> None:
    """Keep how far the detectors are."""
    with metadata.session() as session:
        documents.save(session, project_id, STATE, state, instead_of=None)


def write_error(metadata: Metadata, project_id: int, error: str) -> None:
    """Say what keeps the detectors from going on."""
    write_state(metadata, project_id, read_state(metadata, project_id).model_copy(update={"error": error}))

"""Making things out of a learnt space: ways, concepts, finds; each with a service of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.features.making.model.concept_service import ConceptService
from aegui.features.making.model.finds_service import FindsService
from aegui.features.making.model.path_service import PathService
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.novelty import ReferenceSamples
    from aegui.session.map.codes_service import Codes


@dataclass(frozen=True, eq=False)
class MakingSubject:
    """What things are made with.

    Attributes:
        codec: The network.
        dataset: Samples of the size of its images.
        known: Those of them that new images are compared with.
        codes: Their codes, as far as they are known.
        is_live: Whether the network is learning at present.
    """

    codec: Codec
    dataset: Dataset
    known: ReferenceSamples
    codes: Codes | None
    is_live: bool


class Making(Service):
    """The services of one session.

    Attributes:
        paths: The way through the pins.
        concepts: Directions from one box of samples to another.
        finds: New images.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths = PathService(self)
        self.concepts = ConceptService(self)
        self.finds = FindsService(self)

    def set_subject(self, subject: MakingSubject | None) -> None:
        """Make things with this network from now on; None where there is none."""
        self.paths.set_subject(subject)
        self.concepts.set_subject(subject)
        self.finds.set_subject(subject)

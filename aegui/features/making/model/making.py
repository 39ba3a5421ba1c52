"""The services of the Make panel: paths, concepts and finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass
from aegui.features.making.model.concept_service import ConceptService
from aegui.features.making.model.finds_service import FindsService
from aegui.features.making.model.path_service import PathService
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.novelty import ReferenceSamples
    from aegui.session.map.codes_service import Codes


@dataclass(frozen=True, eq=False)
class MakingSubject:
    """Network and samples that the services work with."""

    codec: Codec
    """The network."""
    dataset: Dataset
    """Samples whose images have the network's size."""
    known: ReferenceSamples
    """The samples that new images are compared with."""
    codes: Codes | None
    """Codes of the samples by this network, as far as they are known."""
    is_live: bool
    """Whether the network is being trained."""
    training: int
    """``Shown.training``: other weights of one network have the same number."""


class Making(Service):
    """The services of one session."""

    def __init__(self) -> None:
        super().__init__()
        self.paths = PathService(self)
        """The path through the pins."""
        self.concepts = ConceptService(self)
        """Directions from one box of samples to another."""
        self.finds = FindsService(self)
        """New images."""

    def set_subject(self, subject: MakingSubject | None) -> None:
        """Set network and samples of all services; None if there is no network."""
        self.paths.set_subject(subject)
        self.concepts.set_subject(subject)
        self.finds.set_subject(subject)

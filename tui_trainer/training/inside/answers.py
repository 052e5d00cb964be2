"""What a viewer asked, answered by a picture."""

from collections.abc import Generator

from tui_trainer.core.inside.pictures import Picture
from tui_trainer.core.inside.questions import (
    MapsOfSample,
    NextBatch,
    Poked,
    Probabilities,
    Question,
    Slice,
    SomeSamples,
    ThePlane,
)
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.batch import next_batch
from tui_trainer.training.inside.poking import poked
from tui_trainer.training.inside.predictions import probabilities
from tui_trainer.training.inside.principal import principal_plane
from tui_trainer.training.inside.samples import some_samples
from tui_trainer.training.inside.surface import loss_slice
from tui_trainer.training.inside.weights import maps_of_sample
from tui_trainer.training.recording import Recorder


def answer(trainee: Trainee, record: Recorder, question: Question) -> Generator[float, None, Picture]:
    """Work out the answer, yielding how much of it is done (0 to 1) wherever others may have a word.

    The training is afterwards as it was before. Raises CannotAnswer, also on its way.
    """
    match question:
        case SomeSamples():
            return some_samples(trainee, record, question)
        case NextBatch():
            return next_batch(trainee, record)
        case Poked():
            return poked(trainee, record, question)
        case MapsOfSample():
            return maps_of_sample(trainee, record, question)
        case ThePlane():
            return principal_plane(trainee, record)
        case Probabilities():
            return probabilities(trainee, record, question)
        case Slice():
            return loss_slice(trainee, record, question)

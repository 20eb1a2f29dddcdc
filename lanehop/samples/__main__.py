"""Write the files of the sample anew, and its picture: ``python -m lanehop.samples``."""

from lanehop.samples.one_lane_tech import write_sample
from lanehop.samples.picture import draw_sample
from lanehop.samples.sample import FOLDER

if __name__ == "__main__":
    write_sample(FOLDER)
    draw_sample(FOLDER)

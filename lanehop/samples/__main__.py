"""Write the files of the sample anew: ``python -m lanehop.samples``."""

from lanehop.samples.one_lane_tech import FOLDER, write_sample

if __name__ == "__main__":
    write_sample(FOLDER)

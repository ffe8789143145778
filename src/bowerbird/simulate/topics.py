"""The tree of topics: branches, their leaves, and the words people use about each leaf."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from bowerbird.core.facts import F32, I16

# A branch line: its name, the hour (UTC) at which people care most, and how much more (as a logit)
# its media are saved, shared and talked about. A leaf line: its name, then words, singular enough
# to stand in a caption and plain enough for a handle.
TREE = """
crafts 20 +.5 +.0 +.0
  calligraphy: ink nib script parchment flourish letter quill
  pottery: clay kiln glaze bowl wheel stoneware mug
  knitting: yarn wool stitch needle sweater purl cable
  woodworking: oak chisel joint plane walnut bench dovetail
  origami: crease paper fold crane square valley
  embroidery: thread hoop floss satin linen motif
food 18 +.8 +.2 +.0
  sourdough: crumb starter loaf crust levain flour oven
  ramen: broth noodle egg miso chashu bowl tare
  coffee: espresso crema roast filter grinder latte brew
  barbecue: smoke brisket rib ember rub charcoal
  vegan cooking: tofu lentil chickpea tahini kale tempeh
  fermentation: kimchi brine jar gherkin kombucha koji
  cake decorating: icing fondant sponge buttercream tier piping
rail 17 -.2 +.0 +.1
  model trains: gauge layout loco wagon scenery signal
  steam engines: boiler piston smoke whistle tender firebox
  night trains: sleeper berth cabin compartment platform border
  trams: tramway catenary depot rail stop pantograph
outdoors 8 +.2 +.1 -.1
  hiking: trail ridge summit boots cairn valley
  climbing: crag boulder rope crimp belay granite
  wild camping: tent stove tarp bivvy campfire dusk
  birding: warbler finch binoculars nest heron hide wing
  foraging: mushroom berry nettle basket moss forest
  kayaking: paddle river rapid eddy kayak shore
sport 19 -.3 +.3 +.5
  football: goal striker penalty pitch derby keeper
  running: pace marathon shoe lap tempo finish
  cycling: gravel climb derailleur peloton saddle sprint
  skateboarding: ollie deck ramp kickflip rail grip
  swimming: lane freestyle goggles pool turn stroke
  yoga: asana mat breath balance flow stretch
music 21 -.2 +.3 +.1
  jazz: sax trumpet swing solo combo ballad
  synthesizers: oscillator patch modular filter sequencer drone
  vinyl: record sleeve turntable groove pressing crate
  choir: alto chorus hymn soprano harmony rehearsal
  guitar: riff pedal fret amp chord strings
art 20 +.3 +.1 +.0
  watercolour: wash pigment brush sketchbook paper bloom
  street art: mural spray stencil wall alley tag
  printmaking: lino block print roller proof press
  film photography: grain lens shutter negative darkroom expose
  digital painting: layer canvas brush render concept sketch
  sculpture: bronze marble cast form studio plinth
home 11 +.7 +.0 -.1
  houseplants: monstera leaf pot soil fern cutting
  tiny houses: loft cabin trailer stove deck porch
  interior design: sofa lamp palette rug shelf texture
  vegetable garden: tomato seedling compost bed bean harvest
  restoration: paint varnish hinge sash beam plaster
animals 13 -.3 +.6 +.2
  cats: kitten paw whisker purr nap tail
  dogs: puppy fetch leash bark snout walk
  horses: foal gallop saddle stable hoof trot
  aquariums: reef shrimp tank coral guppy moss
  beekeeping: hive queen honey swarm comb smoker
travel 9 +.5 +.2 -.1
  city walks: street arcade corner market bridge rooftop
  islands: ferry cove lighthouse beach harbour cliff
  van life: van roof coast engine map sunrise
  ruins: column temple arch excavation mosaic stone
  mountain huts: hut glacier bunk pass soup ridge
style 12 +.3 +.1 +.1
  sneakers: sole lace drop suede colourway release
  vintage clothing: denim tweed thrift collar label button
  nail art: polish gel nail chrome shape tip
  tattoos: needle linework sleeve flash stencil ink
  hairstyles: braid fringe curl bob fade colour
science 16 +.1 +.3 +.3
  astronomy: nebula telescope comet moon eclipse galaxy
  fossils: ammonite trilobite strata dig bone amber
  chemistry: flask crystal reaction flame titration beaker
  microscopy: cell slide diatom lens spore pollen
  weather: storm cloud front radar frost lightning
technology 15 +.2 +.1 +.5
  mechanical keyboards: switch keycap solder layout plate tactile
  retro computing: floppy cassette pixel terminal modem basic
  3d printing: filament nozzle layer resin bracket print
  robotics: servo sensor gripper drone rover chassis
  drones: rotor gimbal aerial battery flight propeller
games 22 -.3 +.3 +.4
  chess: rook gambit endgame knight bishop blunder
  board games: dice meeple tile deck token rulebook
  speedrunning: glitch split frame route timer reset
  pinball: flipper bumper multiball cabinet tilt plunger
  puzzles: cube jigsaw piece cipher maze solve
humour 21 -.5 +.9 +.4
  office humour: meeting stapler boss memo printer desk
  puns: pun wordplay groan dad joke punchline
  sketches: sketch bit character skit scene costume
"""


@dataclass(frozen=True, slots=True)
class Topics:
    """Leaves numbered `0 .. T - 1` in the order of `TREE`, branches after them.

    Attributes:
        names: [T + B] leaves as "branch/leaf", then the branches.
        parent: [T + B] int16 number of each leaf's branch, -1 for a branch.
        words: T tuples of words.
        hour: [T] float32 hour of the day (UTC) at which the leaf is at its best.
        appeal: [T, 3] float32 logits added to saving, sharing and commenting.
    """

    names: tuple[str, ...]
    parent: I16
    words: tuple[tuple[str, ...], ...]
    hour: F32
    appeal: F32

    def __len__(self) -> int:
        return len(self.words)

    @property
    def branch(self) -> I16:
        """The branch of each leaf ([T]), counted from 0."""
        branches: I16 = (self.parent[: len(self)] - np.int16(len(self))).astype(np.int16)
        return branches


BRANCHES = TREE.count("\n") - TREE.count("\n  ") - 1
"""Branches of the whole tree."""


@cache
def topics(count: int = BRANCHES) -> Topics:
    """Return the first `count` branches of the tree with their leaves."""
    branches: list[str] = []
    leaves: list[tuple[str, int, tuple[str, ...]]] = []
    traits: list[tuple[float, ...]] = []
    for line in TREE.strip().splitlines():
        if line.startswith("  "):
            name, _, words = line.strip().partition(": ")
            leaves.append((f"{branches[-1]}/{name}", len(branches) - 1, tuple(words.split())))
        else:
            if len(branches) == count:
                break
            name, *numbers = line.split()
            branches.append(name)
            traits.append(tuple(float(number) for number in numbers))
    of_leaf = np.array([traits[branch] for _, branch, _ in leaves], np.float32)
    parents = [len(leaves) + branch for _, branch, _ in leaves]
    return Topics(
        names=(*(name for name, _, _ in leaves), *branches),
        parent=np.array(parents + [-1] * len(branches), np.int16),
        words=tuple(words for _, _, words in leaves),
        hour=of_leaf[:, 0],
        appeal=of_leaf[:, 1:],
    )

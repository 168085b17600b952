"""Mechanics of the insertion: what the needle meets, and what gives way first.

* `mineral`: crushing of the nodule around the tip, by finite elements in a window that travels with
  the needle; its result is one dimensionless resistance curve.
* `soft`: cutting of skin and fat, by the cell problem of a crack opened by the needle.
* `needle`: the needle's side: contact with each layer, drilling, the lumen's core, the point, the
  shaft as a beam.
* `tissue`: how the tissue around a nodule holds it: push-away.

Above them, for one case: `loads` adds up the forces along the path, `strength` says how strong the
mineral is at each place, `failure` compares demand with limit. `sim.insertion` walks with them.
"""

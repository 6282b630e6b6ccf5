"""A suite of cases about one head: a world of its own for them, and the logs kept when one fails.

The caller has put server/lab on the path.
"""
import shutil
import sys

from cases import arguments, cases_of, no_case, run_cases
from world import become_inhabitant, furnish, run_in_new_world


class Suite:
    """`parts` are modules of cases by what they are called together: they wait more than they work, so several may go on at
    once, each in a process, world and folder of its own. `place(program, folder)` makes what the cases get: it has a `head`
    and its `processes`. `folder` is for all that they write; `furniture` are furnish's arguments."""

    def __init__(self, name, parts, place, folder, **furniture):
        self.name, self.parts, self.place, self.folder, self.furniture = name, parts, place, folder, furniture

    def run(self, script, description):
        """In `script`'s process and then in its child inside the world; the exit status."""
        options = arguments(description, self.more_arguments)
        if options.part:
            self.folder = self.folder.with_name(f"{self.folder.name}-{options.part}")
        if options.inside:
            return self.inside(options)
        if not any(self.cases(module, options) for module in self.modules(options)):
            return no_case(self.name, options)
        return self.outside(script)

    def modules(self, options):
        return self.parts[options.part] if options.part else sum(self.parts.values(), ())

    def cases(self, module, options):
        return cases_of(vars(module), f"{self.name}.{module.__name__}", options.only)

    def more_arguments(self, parser):
        parser.set_defaults(part=None)
        if len(self.parts) > 1:
            parser.add_argument("--part", choices=self.parts, help="only these cases, and if you like beside other parts")

    def outside(self, script):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o755)
        status = run_in_new_world([sys.executable, script, "--inside", *sys.argv[1:]])
        if status == 0:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"{self.name}: logs are kept in {self.folder}/logs")
        return status

    def inside(self, options):
        become_inhabitant()
        furnish("head", **self.furniture)
        place = self.place(options.rootstock, self.folder)
        try:
            place.head.start()
            return 0 if all([self.run_module(module, place, options) for module in self.modules(options)]) else 1
        finally:
            place.processes.stop_all()

    def run_module(self, module, place, options):
        return run_cases(f"{self.name}.{module.__name__}", self.cases(module, options), place, options.counts,
                         lambda: "the service's log ends with:\n" + place.processes.tail("rootstock", 12))

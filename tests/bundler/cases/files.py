"""Cases of the rules in ``bundler/rules/files.py``."""

from tests.bundler.scripts import private
from tests.bundler.widgets import Cases

_BASE = "var base = self.params.cdn_path || self.params.path; "

CASES = {
    "JS026": Cases(
        fails=[
            private("$('head').append('<link href=\"' + self.params.path + '/style.css\" rel=\"stylesheet\">');"),
            private("link.href = self.params.path + '/style.css';"),
            private("self.render({href: '/templates/form.twig', base_path: self.params.path, load: go}, {});"),
        ],
        near=[
            private("link.href = self.params.path + '/style.css?v=' + self.get_version();"),
            private("var href = self.params.path + '/style.css'; link.href = href + '?v=' + self.get_version();"),
            private("link.href = `${base}/style.css?v=${version}`;"),
            private("self.render({href: '/templates/form.twig', base_path: self.params.path, v: v, load: go}, {});"),
            private("if ($('link[href*=\"style.css\"]').length) { go(); }"),
            private("self.render({href: '/templates/form.twig', load: go}, {}); go({href: '/leads'});"),
        ],
    ),
    "JS027": Cases(
        fails=[
            private("self.render({href: '/templates/other.twig', base_path: self.params.path, v: 1, load: go}, {});"),
            private("self.render({href: 'form.twig', base_path: self.params.path + '/tmpl/', v: 1, load: go}, {});"),
        ],
        near=[
            private("self.render({href: '/templates/form.twig', base_path: self.params.path, v: 1, load: go}, {});"),
            private("self.render({href: 'form.twig', base_path: self.params.path + '/templates/', load: go}, {});"),
            private("self.render({href: '/templates/' + name + '.twig', base_path: self.params.path, load: go}, {});"),
            private("self.render({href: '/x.twig', base_path: 'https://cdn.example', v: 1, load: go}, {});"),
        ],
    ),
    "JS033": Cases(
        fails=[private("self.render({href: 'templates/form.twig', base_path: self.params.path, load: go}, {});")],
        near=[
            private("self.render({href: '/templates/form.twig', base_path: self.params.path, load: go}, {});"),
            private("self.render({href: 'templates/form.twig', base_path: self.params.path + '/', load: go}, {});"),
        ],
    ),
}

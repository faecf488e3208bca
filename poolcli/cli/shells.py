"""Complete values after `--option=`, and values with commas, in bash, zsh and fish.

Each class is registered in the place of Click's, whose protocol it keeps.
"""

from __future__ import annotations

from typing import ClassVar

from click.shell_completion import BashComplete, FishComplete, ZshComplete, add_completion_class

_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a response plain described
    local type value description
    (( $+commands[%(prog_name)s] )) || return 1

    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \
%(complete_var)s=zsh_complete %(prog_name)s)}")
    [[ $words[CURRENT] == --*=* ]] && compset -P '*='

    for type value description in $response; do
        case $type in
            plain)
                if [[ $description == _ ]]; then
                    plain+=("$value")
                else
                    described+=("$value:$description")
                fi
                ;;
            dir) _path_files -/ ;;
            file) _path_files -f ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -i "$IPREFIX" -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l token (commandline --current-token --cut-at-cursor)
    set -l option (string match --regex -- '^--[^=]*=' $token)
    set -l value (string replace --regex -- '^--[^=]*=' '' $token)
    set -l response (env %(complete_var)s=fish_complete COMP_CWORD=$token \
COMP_WORDS=(commandline --current-process --cut-at-cursor) %(prog_name)s)

    for completion in $response
        set -l parts (string split --max 1 , -- $completion)
        switch $parts[1]
            case dir
                printf '%%s\\n' "$option"(__fish_complete_directories $value)
            case file
                printf '%%s\\n' "$option"(complete --do-complete "'' $value")
            case plain
                printf '%%s\\n' "$option"$parts[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments '(%(complete_func)s)'
"""


class Bash(BashComplete):
    """Completion for bash, which separates an option, `=` and the value."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the complete words, without `=` at the end, and the incomplete one."""
        words, incomplete = super().get_completion_args()
        if words and words[-1] == "=":
            words.pop()
        return words, incomplete


class Zsh(ZshComplete):
    """Completion for zsh."""

    source_template: ClassVar[str] = _ZSH


class Fish(FishComplete):
    """Completion for fish."""

    source_template: ClassVar[str] = _FISH


def register() -> None:
    """Make Click complete words by these classes."""
    for kind in (Bash, Zsh, Fish):
        add_completion_class(kind)

# bash completion for spconform.  Subcommands and options are read from the program's own --help,
# case ids from `spconform list`, so there is nothing here to keep in step.

# The words of a help text that begin an indented line: the subcommands.
_spconform_commands()
{
    "$1" --help 2>/dev/null | while IFS= read -r line; do
        if [[ $line =~ ^\ \ ([a-z]+)\ \ + ]]; then
            echo "${BASH_REMATCH[1]}"
        fi
    done
}

_spconform_options()
{
    local line word
    "$1" "$2" --help 2>/dev/null | while IFS= read -r line; do
        [[ $line == *" $ "* ]] && continue # an example, maybe of another program
        for word in $line; do
            if [[ $word =~ ^\[?(--[a-z][a-z-]*) ]]; then
                echo "${BASH_REMATCH[1]}"
            fi
        done
    done
    echo --help
}

_spconform_cases()
{
    local count id _
    "$1" list 2>/dev/null | while read -r _ count id _; do
        [[ $count =~ ^[0-9]+$ ]] && echo "$id"
    done
}

_spconform_rows()
{
    local id _
    "$1" list --requirements 2>/dev/null | while read -r id _; do
        [[ $id =~ ^[A-Z]+-[A-Z0-9]+-[0-9]+ ]] && echo "$id"
    done
}

_spconform()
{
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before command words
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_spconform_commands "$program") --help --version" -- "$word")
        return
    fi
    command=${COMP_WORDS[1]}
    before=${COMP_WORDS[COMP_CWORD - 1]}
    # Bash makes a word of an equals sign, as in --report junit=FILE.
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $before in
    --report)
        mapfile -t COMPREPLY < <(compgen -S = -W "terminal tap junit jsonl github html" -- "$word")
        compopt -o nospace 2>/dev/null
        return ;;
    --profile) words="draft interop strict" ;;
    --trace) words="failed all" ;;
    --transport) words="tcp ipc tcp6 inproc" ;;
    --segmentation) words="whole octets coalesced every-split" ;;
    --behaviour) words="echo answer drain source none" ;;
    --protocol | --type)
        words="pair pair1 pub sub req rep push pull surveyor respondent bus" ;;
    --peer) words="nanomsg nng" ;;
    --filter) words=$(_spconform_cases "$program") ;;
    terminal | tap | junit | jsonl | github | html | --expect | --out | --iut | --text | --jsonl | --restart | --trigger)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return ;;
    --jobs | --shard | --repeat | --seed | --patience | --connect | --listen | --attach | --max | --host | --port)
        return ;;
    *)
        if [[ $word == -* ]]; then
            words=$(_spconform_options "$program" "$command")
        else
            case $command in
            list) words=$(_spconform_cases "$program") ;;
            serve) words="pair sub refused chat device" ;;
            explain) words="$(_spconform_cases "$program") $(_spconform_rows "$program")" ;;
            *)
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
                return ;;
            esac
        fi ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _spconform spconform

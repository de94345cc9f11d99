// What the shells need to ask us while somebody types. The words themselves come from `stamp __complete`, so that these never
// have to change with the verbs.

const BASH = `# stamp's completion for bash
_stamp() {
  local line current="\${COMP_WORDS[COMP_CWORD]}"
  [ "$current" = "=" ] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o filenames 2>/dev/null; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current") ;;
      :folders) compopt -o filenames 2>/dev/null; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current") ;;
      ?*) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("$1" __complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _stamp stamp ticket-stamp
`;

const ZSH = `#compdef stamp ticket-stamp
# stamp's completion for zsh
_stamp() {
  local line
  local -a values shown
  for line in "\${(@f)$("\${words[1]}" __complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :files) _files; return ;;
      :folders) _files -/; return ;;
      ?*) values+=("\${line%%$'\\t'*}"); shown+=("\${line/$'\\t'/  -- }") ;;
    esac
  done
  (( \${#values} )) && compadd -l -d shown -a values
}
if [ "\${funcstack[1]}" = "_stamp" ]; then
  _stamp "$@"
else
  (( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit -i; }
  compdef _stamp stamp ticket-stamp
fi
`;

const FISH = `# stamp's completion for fish
function __stamp_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l command $words[1]
  set -e words[1]
  for line in ($command __complete fish -- $words "$current" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$current"
      case ':folders'
        __fish_complete_directories "$current"
      case '*'
        printf '%s\\n' $line
    end
  end
end
complete -c stamp -f -a '(__stamp_complete)'
complete -c ticket-stamp -f -a '(__stamp_complete)'
`;

export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** How each shell comes to have it. */
export const INSTALL: Readonly<Record<string, string>> = {
  bash: `echo 'eval "$(stamp completion bash)"' >> ~/.bashrc`,
  zsh: `echo 'eval "$(stamp completion zsh)"' >> ~/.zshrc`,
  fish: 'mkdir -p ~/.config/fish/completions && stamp completion fish > ~/.config/fish/completions/stamp.fish',
};

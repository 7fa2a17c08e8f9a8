import type { Command } from 'commander'
import { type DescribedCommand, describedCommands } from './described-commands.ts'

export const completedShells = ['bash', 'zsh', 'fish'] as const
export type CompletedShell = (typeof completedShells)[number]

/** Text between single quotes of every shell here. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const flagsOf = ({ options }: DescribedCommand): readonly string[] => options.flatMap(({ flags }) => flags)

/** The script that completes `streams` in a shell: names of commands and options, choices, files where a value is one. */
export function completionScript(program: Command, shell: CompletedShell): string {
  const commands = describedCommands(program)
  const [all] = commands
  if (all === undefined) throw new Error('there is no command line')
  if (shell === 'fish') return fishScript(commands, all)
  const words = bashScript(commands, all)
  // zsh runs functions of bash.
  return shell === 'bash'
    ? `# bash completion of streams(1)\n${words}complete -o default -F _streams streams\n`
    : `#compdef streams\nautoload -Uz bashcompinit && bashcompinit\n${words}complete -o default -F _streams streams\n`
}

function bashScript(commands: readonly DescribedCommand[], all: DescribedCommand): string {
  const places = commands.map((command) => {
    const choices = [...command.commands, ...flagsOf(command), ...(command === all ? [] : flagsOf(all)), '--help']
    return `    ${quoted(command.path.join(' '))}) words=${quoted(choices.join(' '))} ;;`
  })
  const known = commands.map(({ path }) => quoted(path.join(' '))).join('|')
  return `_streams() {
  local current="\${COMP_WORDS[COMP_CWORD]}" place='streams' words='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$place \${COMP_WORDS[index]}" in
    ${known}) place="$place \${COMP_WORDS[index]}" ;;
    esac
  done
  case "$place" in
${places.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
`
}

function fishScript(commands: readonly DescribedCommand[], all: DescribedCommand): string {
  const lines = ['# fish completion of streams(1)']
  const options = (command: DescribedCommand, condition: string): void => {
    for (const { flags, value, description } of command.options) {
      const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ')
      lines.push(`complete -c streams${condition} ${names}${value === '' ? '' : ' -r'} -d ${quoted(description.split('\n')[0] ?? '')}`)
    }
  }
  options(all, '')
  for (const command of commands) {
    const [, ...above] = command.path
    const seen = above.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    if (command !== all) options(command, ` -n ${quoted(seen)}`)
    if (command.commands.length === 0) continue
    const none = `not __fish_seen_subcommand_from ${command.commands.join(' ')}`
    const condition = above.length === 0 ? none : `${seen}; and ${none}`
    for (const name of command.commands) {
      const description = commands.find(({ path }) => path.join(' ') === [...command.path, name].join(' '))?.description ?? ''
      lines.push(`complete -c streams -n ${quoted(condition)} -f -a ${name} -d ${quoted(description)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

import type { Command, Option } from 'commander'

export interface DescribedOption {
  /** As it is typed: `--json`, `-V`. */
  readonly flags: readonly string[]
  /** `<file>`; empty where it takes no value. */
  readonly value: string
  readonly description: string
  readonly choices: readonly string[]
}

/** A command of the command line as manual and completion need it. */
export interface DescribedCommand {
  /** Words from the program's name on. */
  readonly path: readonly string[]
  readonly description: string
  /** `<stream>`, `[name]`. */
  readonly arguments: readonly string[]
  readonly options: readonly DescribedOption[]
  /** Names of its commands. */
  readonly commands: readonly string[]
}

/** The program and all commands below it, each before its own. */
export function describedCommands(program: Command): readonly DescribedCommand[] {
  const found: DescribedCommand[] = []
  const walk = (command: Command, before: readonly string[]): void => {
    const path = [...before, command.name()]
    found.push({
      path,
      description: command.description(),
      arguments: command.registeredArguments.map((one) => {
        const name = one.name() + (one.variadic ? '...' : '')
        return one.required ? `<${name}>` : `[${name}]`
      }),
      options: command.options.filter((one) => !one.hidden).map(described),
      commands: command.commands.map((one) => one.name()),
    })
    for (const one of command.commands) walk(one, path)
  }
  walk(program, [])
  return found
}

function described(option: Option): DescribedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined)
  const value = /[<[][^>\]]+[>\]]/.exec(option.flags)?.[0] ?? ''
  return { flags, value, description: option.description, choices: option.argChoices ?? [] }
}

import { type Command, Option } from 'commander'
import { type ApiClient, findHost } from '../../platform/api-client.ts'
import type { ConfigText } from '../../platform/config/config-text.ts'
import { type Config, configSpecs, type LoadedConfig, loadConfig, usualOptionFile } from '../config.ts'
import { createOutput, type Output } from '../output.ts'
import type { StopCause } from '../running-host.ts'
import type { SupervisorLink } from '../supervisor/supervisor-link.ts'
import type { TypedClient } from './typed-client.ts'

/** What the commands are on; tests bring their own. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Resolves when the user asks the program to end. */
  readonly untilStopped: () => Promise<StopCause>
  /** What started this process and starts it again when it crashes. */
  readonly supervisor?: SupervisorLink
  /** Variables of the service manager that started the program, see `platform/service-manager/notifier`. */
  readonly serviceManager?: Readonly<Record<string, string | undefined>>
  readonly exit: (code: number) => void
}

const globalFlags = new Set(['data'])

const usualFile = 'option file (YAML or JSON) instead of config.json in the data folder'

/**
 * Puts every option of the schema on a command that starts a host, or those alone that are named.
 * @param file what the command's file is
 * @param defaults by name, where the command has others than the schema
 */
export function addConfigFlags(
  command: Command,
  names?: readonly string[],
  file = usualFile,
  defaults: Readonly<Record<string, string>> = {},
): Command {
  for (const spec of configSpecs) {
    if (globalFlags.has(spec.name) || names?.includes(spec.name) === false) continue
    const option = new Option(
      `--${spec.flag} ${spec.type === 'boolean' ? '[value]' : '<value>'}`,
      `${spec.description} (default: ${defaults[spec.name] ?? (spec.default === '' ? 'empty' : String(spec.default))})`,
    )
    command.addOption(option)
  }
  return command.option('--config <file>', file)
}

/**
 * All options of the command with those before it.
 * @param file what was read of the option file already
 */
export function configOf(command: Command, context: CommandContext, file?: ConfigText): LoadedConfig {
  const given = command.optsWithGlobals() as Record<string, unknown>
  const flags: Record<string, unknown> = {}
  for (const spec of configSpecs) {
    const key = spec.flag.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())
    if (given[key] !== undefined) flags[spec.name] = given[key]
  }
  const named = file ?? given.config
  return loadConfig({ flags, environment: context.environment, ...(named === undefined ? {} : { file: named as ConfigText | string }) })
}

/** The option file of the command, whether there is one or not. */
export function optionFileOf(command: Command, dataDir: string): string {
  const { config } = command.optsWithGlobals() as { readonly config?: string }
  return config ?? usualOptionFile(dataDir)
}

export function outputOf(command: Command, context: CommandContext): Output {
  return createOutput(command.optsWithGlobals().json === true, context.stdout, context.stderr)
}

/** A client of the host that the global options name. */
export const clientOf = (command: Command, context: CommandContext): TypedClient => shellClientOf(command, context) as TypedClient

/** The same, as the desktop shell uses it. */
export function shellClientOf(command: Command, context: CommandContext): ApiClient {
  const given = command.optsWithGlobals() as { url?: string; token?: string }
  const config: Config = configOf(command, context).config
  const url = given.url ?? context.environment.STREAMS_URL
  const token = given.token ?? context.environment.STREAMS_TOKEN
  return findHost({ dataDir: config.data, ...(url ? { url } : {}), ...(token ? { token } : {}) })
}

/** Runs a command's work; a failure is reported in the requested format and ends with code 1. */
export function run(
  context: CommandContext,
  work: (output: Output, command: Command) => Promise<void> | void,
): (...all: unknown[]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command
    const output = outputOf(command, context)
    try {
      await work(output, command)
    } catch (error) {
      output.failure(error)
      context.exit(1)
    }
  }
}

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Command } from 'commander'
import type { Item } from '../../api/index.ts'
import { AppError } from '../../platform/errors.ts'
import { printable, table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { askSecret, canAsk } from './terminal.ts'

type DeployedFunction = Item<'/network/functions'>

type Line = Item<'/network/functions/NAME/log'>

interface DeployFlags {
  readonly route: readonly string[]
  readonly fetchHost: readonly string[]
  readonly variable: readonly string[]
}

const path = (name: string | undefined) => `/network/functions/${encodeURIComponent(name ?? '')}` as const

const atNodes = ({ nodes }: DeployedFunction): string =>
  nodes.map(({ name, state, reason }) => `${name}: ${state}${reason === null ? '' : ` (${reason})`}`).join(', ') || 'no node yet'

const deployedText = (each: DeployedFunction): string =>
  `${each.name} version ${each.version} at ${each.routes.join(', ')}\n${atNodes(each)}`

const lineText = ({ at, node, level, text }: Line): string => printable(`${at} ${node} ${level} ${text}`)

/** `streams functions`: code that answers requests at nodes. */
export function addFunctionCommands(program: Command, context: CommandContext): void {
  const functions = program
    .command('functions')
    .description('functions that answer requests at nodes')
    .addHelpText(
      'after',
      `
Examples:
  streams functions deploy greeting main.ts --route '/members/*'
  streams functions deploy sum main.js add.wasm --route 'static.example.com/sum' --fetch-host api.example.com
  streams functions secret greeting KEY
  streams functions logs greeting --follow
  streams functions rollback greeting`,
    )
  functions
    .command('list')
    .description('all functions, and whether nodes have them')
    .action(
      run(context, async (output, command) => {
        const found = await clientOf(command, context).get('/network/functions')
        output.result(found, () =>
          table(
            ['NAME', 'VERSION', 'DEPLOYED', 'ROUTES', 'SECRETS', 'NODES'],
            found.items.map((each) => [
              ...[each.name, String(each.version), each.deployedAt],
              ...[each.routes.join(' '), each.secrets.join(' '), atNodes(each)],
            ]),
          ),
        )
      }),
    )
  functions
    .command('deploy <name> <files...>')
    .description('deploy a version; the first file has the handler, others are imported by their names')
    .requiredOption('--route <routes...>', 'where it answers: /path, /path/* or HOST/path/*')
    .option('--fetch-host <hosts...>', 'hosts that it may fetch', [])
    .option('--variable <names...>', 'NAME=VALUE, part of env', [])
    .action(
      run(context, async (output, command) => {
        const [name, ...files] = [command.args[0], ...command.args.slice(1)]
        const { route, fetchHost, variable } = command.optsWithGlobals() as DeployFlags
        const body = {
          main: basename(files[0] ?? ''),
          files: Object.fromEntries(files.map((file) => [basename(file), contentOf(file)])),
          routes: route,
          fetchHosts: fetchHost,
          variables: Object.fromEntries(variable.map(readVariable)),
        }
        const deployed = await clientOf(command, context).send('PUT', path(name), body)
        output.result(deployed, () => deployedText(deployed))
      }),
    )
  functions
    .command('rollback <name> [version]')
    .description('use a former version, the one before where it is left out')
    .action(
      run(context, async (output, command) => {
        const [name, version] = command.args
        if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) throw new AppError('command.invalid', `"${version}" is not a version`)
        const body = version === undefined ? {} : { version: Number(version) }
        const deployed = await clientOf(command, context).send('POST', `${path(name)}/rollback`, body)
        output.result(deployed, () => deployedText(deployed))
      }),
    )
  functions
    .command('secret <name> <key>')
    .description('set a secret of a function; it is asked for, or read from standard input')
    .option('--remove', 'remove it')
    .action(
      run(context, async (output, command) => {
        const [name, key = ''] = command.args
        const at = `${path(name)}/secrets/${encodeURIComponent(key)}` as const
        const isRemoved = (command.optsWithGlobals() as { remove?: boolean }).remove === true
        const value = isRemoved
          ? undefined
          : canAsk()
            ? await askSecret(`Value of ${key}: `)
            : readFileSync(0, 'utf8').replace(/\r?\n$/, '')
        const client = clientOf(command, context)
        const changed = isRemoved ? await client.send('DELETE', at) : await client.send('PUT', at, { value })
        output.result(changed, () => `Secrets of ${changed.name}: ${changed.secrets.join(', ') || 'none'}`)
      }),
    )
  functions
    .command('logs <name>')
    .description('what a function wrote at nodes, and its failures')
    .option('--follow', 'go on until Ctrl+C')
    .action(
      run(context, async (output, command) => {
        const [name] = command.args
        const client = clientOf(command, context)
        const kept = await client.get(`${path(name)}/log`)
        output.result(kept, () => kept.items.map(lineText).join('\n'))
        if ((command.optsWithGlobals() as { follow?: boolean }).follow !== true) return
        const over = new AbortController()
        void context.untilStopped().then(() => over.abort())
        await client
          .listen(
            ['network.function.log'],
            ({ data }) => {
              const line = data as Line
              if (line.name === name) context.stdout.write(`${output.json ? JSON.stringify(line) : lineText(line)}\n`)
            },
            over.signal,
          )
          .catch((error: unknown) => {
            if (!over.signal.aborted) throw error
          })
      }),
    )
  functions
    .command('remove <name>')
    .description('remove a function with all its versions and secrets')
    .action(
      run(context, async (output, command) => {
        const [name] = command.args
        await clientOf(command, context).send('DELETE', path(name))
        output.result({ removed: name }, () => `${name} was removed.`)
      }),
    )
}

/** A file as it is deployed. Throws `command.invalid`. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, file.endsWith('.wasm') ? 'base64' : 'utf8')
  } catch (cause) {
    throw new AppError('command.invalid', `${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}

function readVariable(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new AppError('command.invalid', `--variable ${text}: write NAME=VALUE`)
  return [text.slice(0, at), text.slice(at + 1)]
}

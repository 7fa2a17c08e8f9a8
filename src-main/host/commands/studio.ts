import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import type { ApiClient } from '../api-client.ts'
import { findHost } from '../api-client.ts'
import { type Output, table } from '../output.ts'
import { addConfigFlags, type CommandContext, clientOf, run } from './context.ts'
import { runHost } from './host.ts'
import { createStudioLines } from './studio-lines.ts'

interface OutputReport {
  id: string
  name: string
  kind: string
  state: string
  error: { message: string } | null
}
interface Status {
  state: string
  problem: string | null
  open: { name: string; file: string; title: string; revision: number; saved: boolean; conflict: boolean } | null
  outputs: OutputReport[]
}
interface Program {
  studioMode: boolean
  canvases: { canvas: string; program: string; preview: string | null }[]
}
interface Scene {
  id: string
  name: string
  canvas: string
}
interface Source {
  id: string
  name: string
  kind: string
  report: { state: string; problem?: string } | null
}
interface Switched {
  canvas: string
  scene: string
  transition: string
  frame: number | null
  tookMs: number | null
}
interface ImportAnswer {
  name: string
  notCarried: { place: string; reason: string }[]
}

/** `streams studio`: the studio over the API. */
export function addStudioCommands(program: Command, context: CommandContext): void {
  const studio = program
    .command('studio')
    .description('make a show: scenes, sources, outputs')
    .addHelpText(
      'after',
      `
Examples:
  streams studio run --collection show.json    starts a host where none runs, and the show
  streams studio switch talk --transition fade
  streams studio start youtube
  streams studio import-obs scenes.json --name evening
  streams studio undo`,
    )
  addRun(studio, context)
  addLooking(studio, context)
  addSwitching(studio, context)
  addOutputs(studio, context)
  addCollections(studio, context)
}

function addRun(studio: Command, context: CommandContext): void {
  addConfigFlags(studio.command('run'))
    .description('open a collection and tell what happens, until Ctrl+C ends the show; where no host runs, one is started with it')
    .option('--collection <file>', 'file of the collection; left out: what was open last')
    .action(
      run(context, async (output, command) => {
        const { collection } = command.opts() as { collection?: string }
        const file = collection === undefined ? undefined : resolve(collection)
        const lineOf = createStudioLines()
        const tell = (event: { time: string; topic: string; data: unknown }): void => {
          const line = output.json ? JSON.stringify(event) : lineOf(event)
          if (line !== undefined) context.stdout.write(`${line}\n`)
        }
        try {
          await runHost(
            command,
            context,
            output,
            async (host) => {
              const client = findHost({ dataDir: host.ready.dataDir, token: host.token })
              const gone = await follow(client, output, tell, context)
              return () => gone.abort()
            },
            file === undefined ? {} : { collection: file },
          )
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'host.already_running') throw error
          const client = clientOf(command, context)
          if (file !== undefined) await client.send('POST', '/studio/open', { file })
          const gone = await follow(client, output, tell, context)
          await context.untilStopped()
          gone.abort()
          await client.send('POST', '/studio/close', { force: true })
        }
      }),
    )
}

/** Tells how the studio is now, and then every event of it. */
async function follow(
  client: ApiClient,
  output: Output,
  tell: (event: { time: string; topic: string; data: unknown }) => void,
  context: CommandContext,
): Promise<AbortController> {
  const gone = new AbortController()
  const status = await client.get<Status>('/studio')
  if (status.open === null) throw new AppError('studio.no_collection')
  output.result({ event: 'studio', ...status }, () => statusText(status))
  client.listen(['studio.'], tell, gone.signal).catch((error: AppError) => {
    if (!gone.signal.aborted) context.stderr.write(`${error.message}\n`)
  })
  return gone
}

function addLooking(studio: Command, context: CommandContext): void {
  studio
    .command('status')
    .description('whether it runs, what is open, how its outputs are')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const status = await client.get<Status>('/studio')
        output.result(status, () => statusText(status))
      }),
    )
  studio
    .command('scenes')
    .description('the scenes, and which of them are on air')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const [scenes, program] = await Promise.all([
          client.get<{ items: Scene[] }>('/studio/scenes'),
          client.get<Program>('/studio/program'),
        ])
        const airOf = (id: string): string => {
          if (program.canvases.some((each) => each.program === id)) return 'on air'
          return program.canvases.some((each) => each.preview === id) ? 'preview' : ''
        }
        output.result({ scenes: scenes.items, program }, () =>
          table(
            ['ID', 'NAME', 'CANVAS', 'AIR'],
            scenes.items.map(({ id, name, canvas }) => [id, name, canvas, airOf(id)]),
          ),
        )
      }),
    )
  studio
    .command('sources')
    .description('the sources, and how they are')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get<{ items: Source[] }>('/studio/sources')
        output.result(answer, () =>
          table(
            ['ID', 'NAME', 'KIND', 'STATE', 'PROBLEM'],
            answer.items.map(({ id, name, kind, report }) => [id, name, kind, report?.state ?? '', report?.problem ?? '']),
          ),
        )
      }),
    )
  studio
    .command('screenshot <file>')
    .description('write the program, a scene or a source as PNG, or JPEG by the name of the file')
    .option('--scene <id>')
    .option('--source <id>')
    .option('--canvas <id>', 'program of this canvas')
    .action(
      run(context, async (output, command) => {
        const { scene, source, canvas } = command.opts() as { scene?: string; source?: string; canvas?: string }
        const file = command.args[0] ?? ''
        const query = new URLSearchParams({ type: /\.jpe?g$/i.test(file) ? 'jpeg' : 'png' })
        for (const [name, value] of Object.entries({ scene, source, program: canvas })) if (value !== undefined) query.set(name, value)
        const bytes = await clientOf(command, context).bytes(`/studio/screenshot?${query}`)
        writeFileSync(file, bytes)
        output.result({ file, bytes: bytes.byteLength }, () => `${file} (${bytes.byteLength} bytes)`)
      }),
    )
}

function addSwitching(studio: Command, context: CommandContext): void {
  const how = (command: Command): Command =>
    command.option('--transition <id>', 'instead of the usual one').option('--duration <ms>', 'of the transition')
  const choice = (command: Command): { transition?: string; durationMs?: number } => {
    const { transition, duration } = command.opts() as { transition?: string; duration?: string }
    return { ...(transition === undefined ? {} : { transition }), ...(duration === undefined ? {} : { durationMs: Number(duration) }) }
  }
  const switchedText = ({ scene, canvas, frame, tookMs }: Switched): string =>
    `"${scene}" is on air on ${canvas}${frame === null ? '' : ` from frame ${frame} on (${tookMs?.toFixed(1)} ms)`}.`
  how(studio.command('switch <scene>'))
    .description('put a scene on air')
    .action(
      run(context, async (output, command) => {
        const body = { scene: command.args[0], ...choice(command) }
        const answer = await clientOf(command, context).send<Switched>('POST', '/studio/program', body)
        output.result(answer, () => switchedText(answer))
      }),
    )
  studio
    .command('preview <scene>')
    .description('prepare a scene; studio mode is switched on for it')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        await client.send('PATCH', '/studio/program', { studioMode: true })
        const answer = await client.send<Program>('POST', '/studio/preview', { scene: command.args[0] })
        output.result(answer, () => `"${command.args[0]}" is being prepared: streams studio transition brings it on air.`)
      }),
    )
  how(studio.command('transition'))
    .description('bring the preview on air')
    .option('--canvas <id>', 'the main one where left out')
    .action(
      run(context, async (output, command) => {
        const { canvas } = command.opts() as { canvas?: string }
        const body = { ...choice(command), ...(canvas === undefined ? {} : { canvas }) }
        const answer = await clientOf(command, context).send<Switched>('POST', '/studio/transition', body)
        output.result(answer, () => switchedText(answer))
      }),
    )
  studio
    .command('macro <id>')
    .description('run a macro')
    .action(
      run(context, async (output, command) => {
        const id = encodeURIComponent(command.args[0] ?? '')
        const answer = await clientOf(command, context).send<{ state: string; error: { message: string } | null }>(
          'POST',
          `/studio/macros/${id}/run`,
        )
        output.result(answer, () => `The macro is ${answer.state}${answer.error === null ? '' : `: ${answer.error.message}`}.`)
      }),
    )
}

function addOutputs(studio: Command, context: CommandContext): void {
  for (const way of ['start', 'stop'] as const) {
    studio
      .command(`${way} <output>`)
      .description(`${way} an output`)
      .action(
        run(context, async (output, command) => {
          const id = encodeURIComponent(command.args[0] ?? '')
          const answer = await clientOf(command, context).send<OutputReport>('POST', `/studio/outputs/${id}/${way}`)
          output.result(answer, () => `${answer.name}: ${answer.state}`)
        }),
      )
  }
}

function addCollections(studio: Command, context: CommandContext): void {
  studio
    .command('list')
    .description('the collections of the data folder')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get<{ items: { name: string; changedAt: string; open: boolean }[] }>(
          '/studio/collections',
        )
        output.result(answer, () =>
          table(
            ['NAME', 'CHANGED', 'OPEN'],
            answer.items.map(({ name, changedAt, open }) => [name, changedAt, open ? 'yes' : '']),
          ),
        )
      }),
    )
  studio
    .command('open <name>')
    .description('open a collection of the data folder')
    .option('--force', 'also where it ends outputs that are live')
    .action(
      run(context, async (output, command) => {
        const { force = false } = command.opts() as { force?: boolean }
        const name = encodeURIComponent(command.args[0] ?? '')
        const answer = await clientOf(command, context).send<{ file: string }>('POST', `/studio/collections/${name}/open`, { force })
        output.result(answer, () => `${answer.file} is open.`)
      }),
    )
  studio
    .command('close')
    .description('end the show')
    .option('--force', 'also where outputs are live')
    .action(
      run(context, async (output, command) => {
        const { force = false } = command.opts() as { force?: boolean }
        await clientOf(command, context).send('POST', '/studio/close', { force })
        output.result({}, () => 'The studio is closed.')
      }),
    )
  for (const way of ['undo', 'redo'] as const) {
    studio
      .command(way)
      .description(way === 'undo' ? 'undo the newest edit' : 'do what was undone again')
      .action(
        run(context, async (output, command) => {
          const answer = await clientOf(command, context).send<{ name: string }>('POST', `/studio/${way}`, {})
          output.result(answer, () => `${way === 'undo' ? 'Undone' : 'Done again'}: ${answer.name}`)
        }),
      )
  }
  studio
    .command('import-obs <file>')
    .description('make a collection of a scene collection of OBS Studio')
    .option('--name <name>', 'of the new collection; the name of the file where left out')
    .action(
      run(context, async (output, command) => {
        const file = command.args[0] ?? ''
        const { name = basename(file, '.json') } = command.opts() as { name?: string }
        const text = await readFile(file, 'utf8').catch((cause: unknown) => {
          throw new AppError('studio.collection_unreadable', `${file} cannot be read`, { cause })
        })
        let document: unknown
        try {
          document = JSON.parse(text)
        } catch (cause) {
          throw new AppError('studio.import_invalid', `${file} is not JSON`, { cause })
        }
        const answer = await clientOf(command, context).send<ImportAnswer>('POST', '/studio/import/obs', { name, document })
        output.result(answer, () =>
          [
            `The collection "${answer.name}" was made: streams studio open ${JSON.stringify(answer.name)}`,
            ...(answer.notCarried.length === 0 ? ['All of it was carried.'] : ['', 'Not carried:']),
            ...answer.notCarried.map(({ place, reason }) => `  ${place}: ${reason}`),
          ].join('\n'),
        )
      }),
    )
}

function statusText({ state, problem, open, outputs }: Status): string {
  return [
    `Studio: ${state}${problem === null ? '' : ` (${problem})`}`,
    open === null ? 'No collection is open.' : `  ${open.title}, ${open.file}${open.conflict ? ' (changed by another program)' : ''}`,
    ...(outputs.length === 0
      ? []
      : [
          '',
          table(
            ['OUTPUT', 'NAME', 'KIND', 'STATE', 'ERROR'],
            outputs.map((each) => [each.id, each.name, each.kind, each.state, each.error?.message ?? '']),
          ),
        ]),
  ].join('\n')
}

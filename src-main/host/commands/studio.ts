import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Answer } from '../../api/index.ts'
import { AppError } from '../../platform/errors.ts'
import { table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { addStudioCollections } from './studio-collections.ts'
import { idOf, transitionOf, withTransition } from './studio-names.ts'
import { addStudioRun } from './studio-run.ts'
import { statusText } from './studio-status.ts'

type Switched = Answer<'POST', '/studio/program'>
/** `streams studio`: the studio over the API. */
export function addStudioCommands(program: Command, context: CommandContext): void {
  const studio = program
    .command('studio')
    .description('run a show: scenes, sources, outputs')
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
  addStudioRun(studio, context)
  addLooking(studio, context)
  addSwitching(studio, context)
  addOutputs(studio, context)
  addStudioCollections(studio, context)
}

function addLooking(studio: Command, context: CommandContext): void {
  studio
    .command('status')
    .description('whether it runs, what is open, how its outputs are')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const status = await client.get('/studio')
        output.result(status, () => statusText(status))
      }),
    )
  studio
    .command('scenes')
    .description('the scenes, and which of them are on air')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const [scenes, program] = await Promise.all([client.get('/studio/scenes'), client.get('/studio/program')])
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
        const answer = await clientOf(command, context).get('/studio/sources')
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
    .option('--scene <scene>', 'id or name')
    .option('--source <source>', 'id or name')
    .option('--canvas <canvas>', 'program of this canvas')
    .action(
      run(context, async (output, command) => {
        const { scene, source, canvas } = command.opts() as { scene?: string; source?: string; canvas?: string }
        const file = command.args[0] ?? ''
        const type = /\.(png|jpe?g)$/i.exec(file)?.[1]?.toLowerCase()
        if (type === undefined) throw new AppError('command.invalid', `${file}: an image is written as .png or .jpg`)
        const query = new URLSearchParams({ type: type === 'png' ? 'png' : 'jpeg' })
        const client = clientOf(command, context)
        if (scene !== undefined) query.set('scene', await idOf(client, 'scene', scene))
        if (source !== undefined) query.set('source', await idOf(client, 'source', source))
        if (canvas !== undefined) query.set('program', await idOf(client, 'canvas', canvas))
        const bytes = await client.bytes(`/studio/screenshot?${query}`)
        try {
          writeFileSync(file, bytes)
        } catch (cause) {
          throw new AppError('command.invalid', `${file} cannot be written: ${(cause as NodeJS.ErrnoException).code}`, { cause })
        }
        output.result({ file, bytes: bytes.byteLength }, () => `${file} (${bytes.byteLength} bytes)`)
      }),
    )
}

function addSwitching(studio: Command, context: CommandContext): void {
  const switchedText = ({ scene, canvas, frame, tookMs }: Switched): string =>
    `"${scene}" is on air on ${canvas}${frame === null ? '' : ` from frame ${frame} on (${tookMs?.toFixed(1)} ms)`}.`
  withTransition(studio.command('switch <scene>'))
    .description('put a scene on air: id or name')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const body = { scene: await idOf(client, 'scene', command.args[0] ?? ''), ...(await transitionOf(command, client)) }
        const answer = await client.send('POST', '/studio/program', body)
        output.result(answer, () => switchedText(answer))
      }),
    )
  studio
    .command('preview <scene>')
    .description('prepare a scene; studio mode is switched on for it')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const scene = await idOf(client, 'scene', command.args[0] ?? '')
        await client.send('PATCH', '/studio/program', { studioMode: true })
        const answer = await client.send('POST', '/studio/preview', { scene })
        output.result(answer, () => `"${scene}" is being prepared: streams studio transition brings it on air.`)
      }),
    )
  withTransition(studio.command('transition'))
    .description('put the preview on air')
    .option('--canvas <canvas>', 'the main one where left out')
    .action(
      run(context, async (output, command) => {
        const { canvas } = command.opts() as { canvas?: string }
        const client = clientOf(command, context)
        const on = canvas === undefined ? {} : { canvas: await idOf(client, 'canvas', canvas) }
        const body = { ...(await transitionOf(command, client)), ...on }
        const answer = await client.send('POST', '/studio/transition', body)
        output.result(answer, () => switchedText(answer))
      }),
    )
  studio
    .command('macro <macro>')
    .description('run a macro: id or name')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const id = await idOf(client, 'macro', command.args[0] ?? '')
        const answer = await client.send('POST', `/studio/macros/${id}/run`)
        output.result(answer, () => `The macro is ${answer.state}${answer.error === null ? '' : `: ${answer.error.message}`}.`)
        if (answer.state === 'failed') context.exit(1)
      }),
    )
}

function addOutputs(studio: Command, context: CommandContext): void {
  for (const way of ['start', 'stop'] as const) {
    studio
      .command(`${way} <output>`)
      .description(`${way} an output: id or name`)
      .action(
        run(context, async (output, command) => {
          const client = clientOf(command, context)
          const id = await idOf(client, 'output', command.args[0] ?? '')
          const answer = await client.send('POST', `/studio/outputs/${id}/${way}`)
          output.result(answer, () => `${answer.name}: ${answer.state}`)
        }),
      )
  }
}

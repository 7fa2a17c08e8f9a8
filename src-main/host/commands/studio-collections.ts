import { basename, dirname, resolve, sep } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import { readRegularFile } from '../../platform/user-files/regular-file.ts'
import { table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'

/** What the API takes, and some for white space, bytes. */
const maxImportBytes = 64 * 1024 * 1024

/** What a collection may be called. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$/

/** A name that a collection may have, of a file's. */
function collectionNameOf(file: string): string {
  const letters = basename(file, '.json').normalize('NFD').replaceAll(/\p{M}/gu, '')
  const name = letters.replaceAll(/[^A-Za-z0-9 ._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return name.slice(0, 80) || 'obs'
}

/** `streams studio list`, `open`, `close`, `undo`, `redo`, `import-obs`: collections as files, and their history. */
export function addStudioCollections(studio: Command, context: CommandContext): void {
  studio
    .command('list')
    .description('the collections of the data folder')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get('/studio/collections')
        output.result(answer, () =>
          table(
            ['NAME', 'CHANGED', 'OPEN'],
            answer.items.map(({ name, changedAt, open }) => [name, changedAt, open ? 'yes' : '']),
          ),
        )
      }),
    )
  studio
    .command('open <collection>')
    .description('open a collection of the data folder, or a file')
    .option('--force', 'also where it ends outputs that are live')
    .action(
      run(context, async (output, command) => {
        const { force = false } = command.opts() as { force?: boolean }
        const name = command.args[0] ?? ''
        // What looks like a file is one: of the machine of the host.
        const answer = await (name.includes('/') || name.includes(sep) || name.endsWith('.json')
          ? clientOf(command, context).send('POST', '/studio/open', { file: resolve(name), force })
          : clientOf(command, context).send('POST', `/studio/collections/${encodeURIComponent(name)}/open`, { force }))
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
      .description(way === 'undo' ? 'undo the newest edit' : 'redo the edit that was undone last')
      .action(
        run(context, async (output, command) => {
          const answer = await clientOf(command, context).send('POST', `/studio/${way}`, {})
          output.result(answer, () => `${way === 'undo' ? 'Undone' : 'Done again'}: ${answer.name}`)
        }),
      )
  }
  studio
    .command('import-obs <file>')
    .description('create a collection from a scene collection of OBS Studio')
    .option('--name <name>', 'of the new collection; the name of the file where left out')
    .option('--width <pixels>', 'of the canvas, which OBS Studio keeps in its profile; 1920 where left out')
    .option('--height <pixels>', '1080 where left out')
    .option('--frame-rate <number>', 'frames per second; 30 where left out')
    .action(
      run(context, async (output, command) => {
        const file = command.args[0] ?? ''
        const { name = collectionNameOf(file), ...sizes } = command.opts() as {
          name?: string
          width?: string
          height?: string
          frameRate?: string
        }
        const size = Object.fromEntries(Object.entries(sizes).map(([of, value]) => [of, Number(value)]))
        if (!namePattern.test(name)) {
          throw new AppError(
            'command.invalid',
            `"${name}" is no name for a collection: give --name of letters, digits, spaces, dots, dashes`,
          )
        }
        const text = await readRegularFile(file, maxImportBytes).catch((cause: Error) => {
          throw new AppError('studio.collection_unreadable', cause.message, { cause })
        })
        let document: unknown
        try {
          document = JSON.parse(text.toString('utf8'))
        } catch (cause) {
          throw new AppError('studio.import_invalid', `${file} is not JSON`, { cause })
        }
        const answer = await clientOf(command, context).send('POST', '/studio/import/obs', {
          name,
          document,
          folder: dirname(resolve(file)),
          ...size,
        })
        output.result(answer, () =>
          [
            `The collection "${answer.name}" was created: streams studio open ${JSON.stringify(answer.name)}`,
            ...(answer.notCarried.length === 0 ? ['All of it was carried.'] : ['', 'Not carried:']),
            ...answer.notCarried.map(({ place, reason }) => `  ${place}: ${reason}`),
          ].join('\n'),
        )
      }),
    )
}

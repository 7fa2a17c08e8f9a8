import { type Command, InvalidArgumentError } from 'commander'
import type { Item } from '../../api/index.ts'
import { AppError } from '../../platform/errors.ts'
import { table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { namedOf } from './named.ts'
import type { TypedClient } from './typed-client.ts'

type Display = Item<'/desktop/displays'>

type Scale = NonNullable<Display['scale']>
const scales = [1, 1.25, 1.5, 2] as const satisfies readonly Scale[]

interface CreateFlags {
  readonly size?: { readonly width: number; readonly height: number }
  readonly empty?: boolean
  readonly wayland?: boolean
  readonly xorg?: boolean
  readonly scale?: Scale
  readonly user?: string
  readonly attach?: string
  readonly portal?: boolean
  readonly authority?: string
  readonly endAfter?: number
  readonly lockOnLeave?: boolean
  readonly startWithHost?: boolean
}

interface InviteFlags {
  readonly rights: readonly string[]
  readonly several?: boolean
  readonly ask?: boolean
  readonly ownDisplay?: boolean
  readonly expires: number
}

/** `streams desktop`: displays of the host's machine that people work at in a browser. */
export function addDesktopCommands(program: Command, context: CommandContext): void {
  const desktop = program
    .command('desktop')
    .description('desktops of the machine of the host, in a browser')
    .addHelpText(
      'after',
      `
A desktop is named by its id, or by its name where that leaves no doubt.

Examples:
  streams desktop create                          a light desktop
  streams desktop create Build -- xterm -e make   one program; what is behind -- is its command
  streams desktop list
  streams desktop open Build
  streams desktop invite Build --rights see,control,clipboard --expires 120
  streams desktop remove Build`,
    )
  addList(desktop, context)
  addCreate(desktop, context)
  addOpen(desktop, context)
  addInvite(desktop, context)
  addRemove(desktop, context)
}

function addList(desktop: Command, context: CommandContext): void {
  desktop
    .command('list')
    .description('desktops that you may see')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get('/desktop/displays')
        output.result(answer, () =>
          table(
            ['ID', 'NAME', 'KIND', 'STATE', 'SIZE', 'USER', 'VIEWERS', 'LIVE'],
            answer.items.map(({ id, name, kind, state, width, height, user, viewers, live, locked }) => [
              ...[id, name, kind, locked ? `${state}, locked` : state, width === 0 ? '' : `${width}x${height}`],
              ...[user ?? '', String(viewers), live ?? ''],
            ]),
          ),
        )
      }),
    )
}

function addCreate(desktop: Command, context: CommandContext): void {
  desktop
    .command('create [name] [command...]')
    .description('create a desktop: a light desktop, or the program whose command is behind --')
    .option('--empty', 'start no program on it')
    .option('--wayland', 'its programs speak Wayland, to the compositor sway, and not X11')
    .option('--scale <factor>', `of --wayland: how much larger programs draw, ${scales.join(', ')}`, readScale)
    .option('--size <pixels>', 'as 1280x720; it follows the window of whoever opens it', readSize)
    .option('--user <name>', 'user of the machine whose programs and files are there')
    .option('--xorg', 'Xorg makes it instead of Xvnc: each monitor is an output of its own')
    .option('--attach <display>', 'show an X display that other programs made: `:7`, or the path of its socket')
    .option('--portal', 'show the desktop that is logged in at the machine, on Wayland too: the person there is asked')
    .option('--authority <file>', 'file with the cookie of that display')
    .option('--end-after <minutes>', 'it ends when nobody has looked at it for so long', readMinutes)
    .option('--lock-on-leave', 'it is locked when whoever controls it has left')
    .option('--start-with-host', 'it starts whenever the host does')
    .action(
      run(context, async (output, command) => {
        const [name, ...words] = command.args
        const { empty, wayland, xorg, scale, attach, portal, authority, endAfter, lockOnLeave, startWithHost, size, user } =
          command.opts<CreateFlags>()
        if (empty === true && words.length > 0) throw new AppError('command.invalid', 'Give either --empty or a command')
        if (authority !== undefined && attach === undefined) throw new AppError('command.invalid', '--authority is for --attach alone')
        if (scale !== undefined && wayland !== true) throw new AppError('command.invalid', '--scale is for --wayland alone')
        if (attach !== undefined && portal === true) throw new AppError('command.invalid', 'Give either --attach or --portal')
        const client = clientOf(command, context)
        const made = await client.send('POST', '/desktop/displays', {
          name,
          ...size,
          ...(wayland === true && { protocol: 'wayland' as const }),
          ...(xorg === true && { xServer: 'xorg' as const }),
          scale,
          user,
          ...(words.length > 0 && { command: words }),
          ...(empty === true && { command: null }),
          ...(attach !== undefined && { attach: { server: attach, ...(authority !== undefined && { authority }) } }),
          ...(portal === true && { attach: { portal: true as const } }),
          endAfterMinutes: endAfter,
          locksOnLeave: lockOnLeave,
          startsWithHost: startWithHost,
        })
        const startsLightDesktop = words.length === 0 && empty !== true && made.kind === 'virtual'
        const notes = startsLightDesktop ? await lacksOf(client, made.protocol) : []
        output.result(made, () =>
          [`Desktop ${made.name} (id ${made.id}) runs. Open it: streams desktop open ${made.id}`, ...notes].join('\n'),
        )
      }),
    )
}

/** Why a display that was just made has nothing to work with on it, and what to do: a line each. */
async function lacksOf(client: TypedClient, protocol: Display['protocol']): Promise<readonly string[]> {
  const { items } = await client.get('/desktop/requirements')
  const wanted = protocol === 'wayland' ? ['waylandTerminal'] : ['lightDesktop', 'terminal']
  const lack = items.find(({ name, available }) => wanted.includes(name) && !available)
  if (lack === undefined) return []
  const what = lack.name === 'lightDesktop' ? 'no light desktop' : 'no terminal'
  return [`It is empty: ${what} is installed. On Debian and Ubuntu, as root: ${lack.commands.join('; ')}. Then create it again.`]
}

function addOpen(desktop: Command, context: CommandContext): void {
  desktop
    .command('open <desktop>')
    .description('show a desktop in the window of the host; where there is no window, print the link for a browser')
    .option('--link', 'print the link, also where there is a window')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { id, name } = await displayOf(client, command.args[0] ?? '')
        const path = `/desktops/${encodeURIComponent(id)}`
        // A window of the machine is seen by whoever is there alone.
        if (!output.json && command.opts<{ readonly link?: boolean }>().link !== true && (await isShown(client, path))) {
          output.result({}, () => `${name} is shown in the window of the host.`)
          return
        }
        const url = await linkTo(client, path)
        output.result({ id, url }, () => `Open in a browser, within ten minutes where the link signs in:\n\n  ${url}`)
      }),
    )
}

function addInvite(desktop: Command, context: CommandContext): void {
  desktop
    .command('invite <desktop>')
    .description('make a link by which somebody without an account opens a desktop; it is shown once')
    .option('--rights <names>', 'of see, control, clipboard, files, audio, microphone, camera and record', readNames, ['see', 'control'])
    .option('--several', 'the link is for several people, not for the first who comes')
    .option('--ask', 'somebody has to allow each guest')
    .option('--own-display', 'each guest comes to a light desktop of their own')
    .option('--expires <minutes>', 'when the link ends, and what guests may do by it', readMinutes, 60)
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { id, name } = await displayOf(client, command.args[0] ?? '')
        const { rights, several = false, ask = false, ownDisplay = false, expires } = command.opts<InviteFlags>()
        const invited = await client.send('POST', `/desktop/displays/${encodeURIComponent(id)}/invitations`, {
          rights,
          once: !several,
          asks: ask,
          ...(ownDisplay && { separate: {} }),
          expiresInMinutes: expires,
        })
        output.result(invited, () => {
          const { invitation, url } = invited
          return `Link to ${name} for ${several ? 'several guests' : 'one guest'} (${invitation.rights.join(', ')}), until ${invitation.expiresAt}. It is shown this once:\n\n  ${url}`
        })
      }),
    )
}

function addRemove(desktop: Command, context: CommandContext): void {
  desktop
    .command('remove <desktop>')
    .description('end the programs of a desktop and delete it; one that other programs made is only removed from the list')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { id, name } = await displayOf(client, command.args[0] ?? '')
        await client.send('DELETE', `/desktop/displays/${encodeURIComponent(id)}`)
        output.result({ removed: id }, () => `Desktop ${name} is removed.`)
      }),
    )
}

/** What is meant by an id or, where that leaves no doubt, by a name in whatever case. Throws `desktop.display_not_found` with what there is. */
async function displayOf(client: TypedClient, wanted: string): Promise<Display> {
  const { items } = await client.get('/desktop/displays')
  return namedOf(items, wanted, 'desktop.display_not_found', { what: 'desktop', lacks: 'There is no', empty: 'there are no desktops' })
}

/** The window of the host shows it; false where there is no window. */
async function isShown(client: TypedClient, path: string): Promise<boolean> {
  try {
    await client.send('POST', '/shell/show', { path })
    return true
  } catch (error) {
    if (error instanceof AppError && ['shell.not_attached', 'auth.forbidden'].includes(error.code)) return false
    throw error
  }
}

/** URL of a page, which signs in where whoever asks may make such links. */
async function linkTo(client: TypedClient, path: string): Promise<string> {
  try {
    const { url } = await client.send('POST', '/tokens/link', {})
    return url.replace('/#', `${path}#`)
  } catch (error) {
    if (error instanceof AppError && error.code === 'auth.forbidden') return `${client.url}${path}`
    throw error
  }
}

function readSize(text: string): { readonly width: number; readonly height: number } {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? []
  if (width === undefined || height === undefined) throw new InvalidArgumentError('It is width and height in pixels, as 1280x720.')
  return { width: Number(width), height: Number(height) }
}

function readScale(text: string): Scale {
  const scale = scales.find((each) => String(each) === text)
  if (scale === undefined) throw new InvalidArgumentError(`It is one of ${scales.join(', ')}.`)
  return scale
}

function readMinutes(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('It is a whole number of minutes.')
  return Number(text)
}

const readNames = (text: string): readonly string[] => text.split(',').map((name) => name.trim())

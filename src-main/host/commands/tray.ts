import { type Command, Option } from 'commander'
import { AppError } from '../../platform/errors.ts'
import { followSupervisor } from '../supervisor/follow-supervisor.ts'
import { version } from '../version.ts'
import { addConfigFlags, type CommandContext, clientOf, configOf, run, shellClientOf } from './context.ts'
import type { TrayMessage } from './tray-process.ts'

/** `streams tray`: the icon in the panel, for a host that runs or will run. */
export function addTrayCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('tray'))
    .description('an icon in the panel of the desktop: what is live, scenes, mute, go live; follows a host that runs as a service, too')
    // Started by a host on this machine, which shows the windows and ends with it.
    .addOption(new Option('--owned').hideHelp())
    .addHelpText('after', '\nExamples:\n  streams tray\n  streams tray --url https://live.example.com --token TOKEN')
    .action(
      run(context, async (_output, command) => {
        if (process.platform !== 'linux') throw new AppError('shell.no_desktop', 'Without Electron there is an icon on Linux alone')
        const { Desktop } = await import('../../shell/desktop.ts')
        const { openLinuxDesktop } = await import('../../shell/linux/desktop-parts.ts')
        const { openWindow } = await import('../../shell/open-window.ts')
        const end = new AbortController()
        const lost = Promise.withResolvers<never>()
        const { supervisor } = context
        const tellHost = (message: TrayMessage): void => void process.send?.(message)
        /** It is not to be started again. */
        const ends = (): void => {
          supervisor?.send({ kind: 'ending' })
          tellHost({ kind: 'ending' })
        }
        await followSupervisor(supervisor, { onHandOver: () => undefined, onLost: () => end.abort() })
        const parts = await openLinuxDesktop('AMI Streams', () =>
          lost.reject(new AppError('shell.no_desktop', 'The session of the desktop has ended')),
        ).catch((cause: unknown) => {
          ends()
          throw cause instanceof AppError ? cause : new AppError('shell.no_desktop', (cause as Error).message, { cause })
        })
        const { url, owned = false } = command.optsWithGlobals() as { url?: string; owned?: boolean }
        const openPage = (path: string): void => {
          if (owned) {
            tellHost({ kind: 'open', path })
            return
          }
          const client = clientOf(command, context)
          client
            .send('POST', '/tokens/link', {})
            .then((link) => openWindow(`${client.url}${path}${link.url.slice(link.url.indexOf('#'))}`, look, windowOptions))
            .catch(() => undefined)
        }
        const look = { view: { kind: 'main' }, profile: 'window' } as const
        const windowOptions = { dataDir: configOf(command, context).config.data, env: context.environment }
        const desktop = new Desktop({
          findHost: () => shellClientOf(command, context),
          isLocal: url === undefined && context.environment.STREAMS_URL === undefined,
          owns: owned,
          parts,
          environment: context.environment,
          openPage,
          onQuit: () => {
            if (owned) tellHost({ kind: 'quit' })
            else end.abort()
          },
          signal: end.signal,
        })
        if (owned) {
          process.on('disconnect', () => end.abort())
          process.on('message', (message) => {
            if ((message as TrayMessage).kind === 'window-closed') desktop.windowClosed()
          })
        }
        void context.untilStopped().then(() => end.abort())
        supervisor?.send({ kind: 'icon-ready', version, dataDir: configOf(command, context).config.data })
        try {
          await Promise.race([desktop.run(), lost.promise])
        } finally {
          ends()
          end.abort()
          await parts.close()
        }
      }),
    )
}

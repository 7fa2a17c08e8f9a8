import { spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import { demandAddon } from '../../../platform/load-addon.ts'
import type { DisplayOrder, DisplayServer, RunningDisplay } from '../display-server.ts'
import { accepts, displayNumber, numberFd } from '../numbered-server.ts'
import { endServer, isServerOf } from '../server-process.ts'
import { writeAuthority } from '../xvnc/x-authority.ts'
import { configurationOf } from './configuration.ts'
import { findXorg } from './xorg-program.ts'

/**
 * Displays in memory, by Xorg with the driver dummy: of any size, with outputs of their own for several monitors. Graphics cards, consoles and
 * input devices of the machine are left alone: its only devices are those of its own configuration file. The process outlives the host, and its
 * programs with it.
 */
export const xorgServer: DisplayServer = {
  async start({ folder, width, height }: DisplayOrder): Promise<RunningDisplay> {
    demandAddon('x11')
    const { server, hasDummy, hasInputTest } = findXorg()
    if (server === undefined || !hasDummy || !hasInputTest) {
      const lacking = server === undefined ? 'Xorg' : hasDummy ? "Xorg's driver inputtest" : "Xorg's driver dummy"
      throw new AppError('desktop.server_missing', `${lacking} is not installed`, { details: { server: 'Xorg' } })
    }
    const authority = join(folder, 'xauthority')
    writeAuthority(authority)
    const configuration = join(folder, 'xorg.conf')
    writeFileSync(configuration, configurationOf(width, height), { mode: 0o600 })
    const logFile = join(folder, 'server.log')
    const log = openSync(logFile, 'w', 0o600)
    // That of the host is another display.
    const { DISPLAY: _display, XAUTHORITY: _authority, NODE_OPTIONS: _node, ...env } = process.env
    const child = spawn(
      server,
      [
        ...['-displayfd', String(numberFd), '-auth', authority, '-config', configuration, '-noreset', '-nolisten', 'tcp'],
        // Files of the machine for its real screens. The folder is not there.
        ...['-configdir', join(folder, 'xorg.conf.d')],
        // A number spares it the question at /dev/tty0 which console is free, and an offer of systemd-logind: it opens none of them for `dummy`.
        'vt7',
        ...['-logfile', join(folder, 'xorg.log'), '-logverbose', '0'],
      ],
      { detached: true, stdio: ['ignore', 'ignore', log, 'pipe'], cwd: folder, env },
    )
    closeSync(log)
    try {
      const number = await displayNumber(child, 'Xorg', logFile)
      child.unref()
      return { server: `:${number}`, authority, pid: child.pid as number }
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  },

  async adopt(running) {
    return isServerOf(running) && (await accepts(running.server))
  },

  end: endServer,
}

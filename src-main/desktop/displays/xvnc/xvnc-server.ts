import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { demandAddon } from '../../../platform/load-addon.ts'
import type { DisplayOrder, DisplayServer, RunningDisplay } from '../display-server.ts'
import { accepts, displayNumber, numberFd } from '../numbered-server.ts'
import { endServer, isServerOf } from '../server-process.ts'
import { writeAuthority } from './x-authority.ts'

/**
 * Displays in memory, by TigerVNC's Xvnc: of any size, which can change while programs run. It is used as an X server alone: its own
 * protocol listens nowhere but on a socket in the display's folder. The process outlives the host, and its programs with it.
 */
export const xvncServer: DisplayServer = {
  async start({ folder, width, height }: DisplayOrder): Promise<RunningDisplay> {
    demandAddon('x11')
    const authority = join(folder, 'xauthority')
    writeAuthority(authority)
    const logFile = join(folder, 'server.log')
    const log = openSync(logFile, 'w', 0o600)
    const child = spawn(
      'Xvnc',
      [
        ...['-displayfd', String(numberFd), '-auth', authority, '-geometry', `${width}x${height}`, '-depth', '24'],
        ...['-SecurityTypes', 'None', '-rfbport', '-1', '-rfbunixpath', join(folder, 'rfb'), '-rfbunixmode', '0600'],
        ...['-nolisten', 'tcp', '-desktop', 'AMI Streams', '-AlwaysShared=1'],
      ],
      { detached: true, stdio: ['ignore', 'ignore', log, 'pipe'] },
    )
    closeSync(log)
    try {
      const number = await displayNumber(child, 'Xvnc', logFile)
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

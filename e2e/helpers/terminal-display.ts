import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunningHost, startHost } from './host.ts'

/** Why there can be no display with a terminal; undefined where there can. */
export const terminalDisplayMissing = ['Xvnc', 'xterm'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and xterm are needed: apt-get install tigervnc-standalone-server xterm'

export type TerminalDisplay = Awaited<ReturnType<typeof startTerminalDisplay>>

/** A host with a display that is one large terminal, which keeps the lines that it is typed. */
export async function startTerminalDisplay(options: Parameters<typeof startHost>[0], look: readonly string[] = []) {
  const host: RunningHost = await startHost(options)
  const file = join(host.dataDir, 'typed.txt')
  const command = ['xterm', '-maximized', ...look, '-e', 'sh', '-c', `cat > ${file}`]
  const id: string = (await host.api('POST', '/desktop/displays', { command })).body.id
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [])
  return {
    host,
    id,
    lines,
    /** The last line. */
    typed: () => lines().at(-1),
    async stop() {
      await host.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
      await host.stop()
    },
  }
}

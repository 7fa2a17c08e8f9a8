import { type ChildProcess, spawn } from 'node:child_process'
import { noWindow, type OpenedWindow, type WindowEnd } from './window-system.ts'

/** A program that ends sooner than this was not closed by a person, ms. */
const minLookMs = 3000

/** How often a window is looked at that another process opened, ms. */
const lookMs = 1000

/** A window that a host before this one opened; undefined where its program has ended. */
export function adoptWindowProgram(pid: number, kind: 'electron' | 'chromium' = 'chromium'): OpenedWindow | undefined {
  const isOpen = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  if (!isOpen()) return undefined
  let timer: NodeJS.Timeout | undefined
  return {
    kind,
    pid,
    onClosed: (listener) => {
      timer = setInterval(() => {
        if (isOpen()) return
        clearInterval(timer)
        listener('closed')
      }, lookMs)
      timer.unref()
    },
    close: () => {
      clearInterval(timer)
      if (isOpen()) process.kill(pid)
    },
  }
}

/** Starts a program that shows windows. Resolves once it runs, or could not be started. */
export function startWindowProgram(
  kind: 'electron' | 'chromium',
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenedWindow> {
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(command, args, { stdio: 'ignore', env })
    child.once('error', (error) => resolve(noWindow(`${command} could not be started: ${error.message}`)))
    child.once('spawn', () => {
      const openedMs = performance.now()
      let asked = false
      const ended = new Promise<WindowEnd>((end) => {
        child.once('exit', (code) => {
          const soon = performance.now() - openedMs < minLookMs
          if (asked) end('closed')
          else if (soon) end(code === 0 ? 'handed-over' : 'failed')
          else end(code === 0 ? 'closed' : 'crashed')
        })
      })
      resolve({
        kind,
        ...(child.pid === undefined ? {} : { pid: child.pid }),
        onClosed: (listener) => void ended.then(listener),
        close: () => {
          asked = true
          child.kill()
        },
      })
    })
  })
}

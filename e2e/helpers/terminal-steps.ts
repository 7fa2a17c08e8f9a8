import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { until } from './until.ts'

/** Types into the shell of a terminal until it has the keyboard: a window is drawn before its program listens. */
export async function untilShellListens(page: Page, file: string): Promise<void> {
  await until(async () => {
    await page.keyboard.press('Control+c')
    await page.keyboard.type(`touch ${file}`)
    await page.keyboard.press('Enter')
    await delay(500)
    return existsSync(file)
  }, 'the terminal listens')
}

/** Writes a script for `sh`, in a terminal, whose clicks and wheel it writes to a file as XTerm reports them: button, column, line. */
export function writeMouseReporter(script: string, reports: string): void {
  writeFileSync(script, `stty raw -echo\nprintf '\\033[?1000h\\033[?1006h' >&2\nexec dd bs=1 of=${reports} 2>/dev/null\n`)
}

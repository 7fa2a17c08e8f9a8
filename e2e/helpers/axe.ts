import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { root } from './paths.ts'

/** What axe answers, as far as it is read here. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string | null
    readonly help: string
    readonly nodes: readonly {
      readonly target: readonly unknown[]
      readonly html: string
      readonly any: readonly { readonly message: string }[]
    }[]
  }[]
}

const source = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')

/**
 * Serious and critical findings of axe in what the page shows, each with the element; in the open dialog alone where one is open,
 * since what is behind it cannot be reached.
 * @param rules ids of the rules to try; all of them where left out
 */
export async function accessibilityFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source)
  const { violations } = await page.evaluate(async (only) => {
    const { axe } = window as unknown as { axe: { run(context: unknown, options: object): Promise<unknown> } }
    const context = document.querySelector('dialog[open]') === null ? document : { include: ['dialog[open]'] }
    const options = { resultTypes: ['violations'], ...(only === undefined ? {} : { runOnly: { type: 'rule', values: only } }) }
    return (await axe.run(context, options)) as AxeResults
  }, rules)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, html, any }) => `${id} (${help}): ${target.join(' ')} ${html.slice(0, 160)} ${any[0]?.message ?? ''}`.trim()),
    )
}

/**
 * Everything that axe finds in the page as it is, in both themes: findings that are not about colour are the same in both. The page stays
 * dark.
 */
export async function findingsInBothThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const light = await accessibilityFindings(page, ['color-contrast'])
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  return [...(await accessibilityFindings(page)), ...light.map((finding) => `light: ${finding}`)]
}

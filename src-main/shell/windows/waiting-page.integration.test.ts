import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { WaitingPage } from './waiting-page.ts'

it('goes on by a script for its user alone, which cannot be more than the URL of the main window', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shell-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true }))
  const page = new WaitingPage(dataDir)
  const [html, script] = [join(dataDir, 'window/start.html'), join(dataDir, 'window/start.js')]
  expect([page.url, existsSync(script)]).toEqual([`file://${html}`, false])
  page.goOn('http://127.0.0.1:1/a"+alert(1)+"</script>#link=open-sesame')
  expect(readFileSync(script, 'utf8')).toBe(
    'location.replace("http://127.0.0.1:1/a\\"+alert(1)+\\"\\u003c/script>?window=main#link=open-sesame")\n',
  )
  expect(readFileSync(html, 'utf8')).not.toContain('sesame')
  expect([html, script, join(dataDir, 'window')].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o700])
  // Of the start before: not for this one.
  new WaitingPage(dataDir)
  expect(existsSync(script)).toBe(false)
  page.remove()
  expect(existsSync(html)).toBe(false)
})

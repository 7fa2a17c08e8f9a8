import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('a benchmark of the studio that fails says why and does not exit as if it had measured something', () => {
  const bench = fileURLToPath(new URL('../bench/studio.mjs', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [bench, 'nonsense'], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('There is no measurement "nonsense": name some of ours, ffmpeg, obs, load')
})

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findSourceKind, sourceKinds } from '../../../document/kinds/source-kinds.ts'
import { readSettings } from '../source-settings.ts'
import { listV4l2Cameras } from './v4l2-cameras.ts'
import { patternOf } from './worker/image-sequence.ts'

describe('settings of sources', () => {
  it('are complete without a word, for every kind', () => {
    for (const { kind, settings } of sourceKinds)
      expect([kind, readSettings(settings, {})]).toEqual([kind, { settings: expect.anything() }])
  })

  it('are rejected with the place named', () => {
    const problem = (kind: string, settings: object) => readSettings(findSourceKind(kind)!.settings, settings)
    expect(problem('media', { speed: 9 })).toEqual({ problem: expect.stringContaining('speed') })
    expect(problem('playlist', { items: [{ file: 'a' }, { file: '' }] })).toEqual({ problem: expect.stringContaining('items[1].file') })
  })
})

describe('numbered images', () => {
  it.each([
    ['intro-%04d.png', { before: 'intro-', digits: 4, after: '.png' }],
    ['%d.jpg', { before: '', digits: 0, after: '.jpg' }],
    ['intro-0007.png', { before: 'intro-', digits: 4, after: '.png' }],
    ['take2-12.png', { before: 'take2-', digits: 0, after: '.png' }],
    ['logo.png', undefined],
  ])('%s', (name, parts) => {
    expect(patternOf(name)).toEqual(parts)
  })
})

describe('cameras of Video4Linux', () => {
  it('are distinguished by the link that stays theirs, without their nodes for metadata', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ami-v4l2-'))
    const put = (node: string, name: string, index: number): void => {
      mkdirSync(join(root, 'sys/class/video4linux', node), { recursive: true })
      writeFileSync(join(root, 'sys/class/video4linux', node, 'name'), `${name}\n`)
      writeFileSync(join(root, 'sys/class/video4linux', node, 'index'), `${index}\n`)
      mkdirSync(join(root, 'dev'), { recursive: true })
      writeFileSync(join(root, 'dev', node), '')
    }
    put('video0', 'Desk camera', 0)
    put('video1', 'Desk camera', 1)
    put('video2', 'Capture card', 0)
    const byId = join(root, 'dev/v4l/by-id')
    mkdirSync(byId, { recursive: true })
    symlinkSync('../../video0', join(byId, 'usb-Maker_Desk_123-video-index0'))
    symlinkSync('../../video1', join(byId, 'usb-Maker_Desk_123-video-index1'))
    const cameras = await listV4l2Cameras(root)
    rmSync(root, { recursive: true })
    expect(cameras.map(({ id, name }) => [id.slice(root.length), name])).toEqual([
      ['/dev/v4l/by-id/usb-Maker_Desk_123-video-index0', 'Desk camera'],
      ['/dev/video2', 'Capture card'],
    ])
  })
})

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findObsFiles } from './find-obs-files.ts'

const policy = { privatePaths: [], mediaFolders: [], editorFolders: [] }

describe('files that a scene collection of OBS names', () => {
  let home = ''
  let scenes = ''
  beforeAll(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'ami-obs-files-')))
    scenes = join(home, 'obs-studio/basic/scenes')
    for (const folder of [scenes, join(scenes, 'assets/overlays'), join(home, 'obs-studio/basic/profiles/Show'), join(home, 'clips')]) {
      mkdirSync(folder, { recursive: true })
    }
    for (const file of [
      'logo.png',
      'assets/overlays/frame.png',
      '../profiles/Show/stinger.webm',
      '../../../clips/b.mp4',
      '../../../clips/a.mp4',
      '../../../clips/notes.txt',
    ]) {
      writeFileSync(join(scenes, file), 'x')
    }
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const found = async (settings: object, more: { folder?: string; limited?: boolean } = {}) => {
    const { document, missing } = await findObsFiles(
      { sources: [{ id: 'image_source', name: 'Logo', settings }] },
      { folder: more.folder ?? scenes, files: policy, limited: more.limited ?? false },
    )
    return { settings: (document.sources as { settings: Record<string, unknown> }[])[0]!.settings, missing }
  }

  it('stay where they are, and are found beside the document where its machine was another or their path is relative', async () => {
    expect((await found({ file: join(scenes, 'logo.png') })).settings.file).toBe(join(scenes, 'logo.png'))
    for (const path of ['C:/Users/Léa/Bilder/logo.png', 'C:\\Users\\Léa\\logo.png', '/Users/sato/logo.png', 'logo.png', './logo.png']) {
      expect(await found({ file: path }), path).toEqual({ settings: { file: join(scenes, 'logo.png') }, missing: [] })
    }
    const frame = join(scenes, 'assets/overlays/frame.png')
    for (const path of ['D:\\pack\\assets\\overlays\\frame.png', 'assets/overlays/frame.png', '..\\assets\\overlays\\frame.png']) {
      expect((await found({ image_path: path })).settings.image_path, path).toBe(frame)
    }
  })

  it('are found in the folders of the profiles where the document is one of OBS itself', async () => {
    expect((await found({ path: 'C:/media/stinger.webm' })).settings.path).toBe(join(home, 'obs-studio/basic/profiles/Show/stinger.webm'))
    expect((await found({ path: 'C:/media/stinger.webm' }, { folder: home })).missing).toHaveLength(1)
  })

  it('are named with their place where they are nowhere', async () => {
    const path = 'C:/Users/Léa/fehlt.png'
    expect(await found({ file: path })).toEqual({
      settings: { file: path },
      missing: [
        {
          place: 'source "Logo"',
          reason: `${path} is not on this machine: put it beside the collection's file and import it again, or choose another file`,
        },
      ],
    })
    const two = await found({ files: [{ value: '/gone/1.png' }, { value: 'logo.png' }, { value: '/gone/2.png' }] })
    expect(two.missing[0]?.reason).toMatch(/^\/gone\/1\.png and 1 more files are not on this machine/)
    expect(two.settings.files).toEqual([{ value: '/gone/1.png' }, { value: join(scenes, 'logo.png') }, { value: '/gone/2.png' }])
  })

  it('of folders in a playlist are those in it that can be played, by name; URLs and what OBS brings along are left out', async () => {
    const { settings, missing } = await found({
      playlist: [{ value: join(home, 'clips') }, { value: 'https://a.example/b.mp4' }],
      luma_image: 'linear-h.png',
      file: '',
    })
    expect(settings).toEqual({
      playlist: [{ value: join(home, 'clips/a.mp4') }, { value: join(home, 'clips/b.mp4') }, { value: 'https://a.example/b.mp4' }],
      luma_image: 'linear-h.png',
      file: '',
    })
    expect(missing).toEqual([])
  })

  it('come along up to a bound, however often their folder is named', async () => {
    const { settings } = await found({ playlist: Array.from({ length: 5000 }, () => ({ value: join(home, 'clips') })) })
    expect(settings.playlist).toHaveLength(2000)
  })

  it('are not looked for where an editor may not look', async () => {
    for (const path of [join(scenes, 'logo.png'), join(home, 'gone.png')]) {
      expect(await found({ file: path }, { limited: true })).toEqual({ settings: { file: path }, missing: [] })
    }
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { studioKinds } from '../../control/studio-kinds.ts'
import { createCollectionCheck } from '../checks/collection-check.ts'
import type { Item } from '../collection.ts'
import { actionFaults } from '../schemas/action-schemas.ts'
import { SecretSeals } from '../secrets/secret-seals.ts'
import { testBox } from '../testing/test-kinds.ts'
import { importObs } from './import-obs.ts'

const kinds = studioKinds
const reader = { kinds, check: createCollectionCheck({ kinds, actionFaults }), seals: new SecretSeals(testBox), rejection: () => undefined }
const lines = (document: unknown, options = {}) => {
  const { collection, notCarried } = importObs(document, { name: 'Show', ...options }, reader)
  return { collection, reported: notCarried.map(({ place, reason }) => `${place}: ${reason}`) }
}

/** A source as OBS writes it: what has its usual value is left out. */
const source = (id: string, name: string, settings: object, more: object = {}) => ({ id, versioned_id: id, name, settings, ...more })
const scene = (name: string, items: readonly object[], more: object = {}) => source('scene', name, { items }, more)
const item = (name: string, more: object = {}) => ({ name, pos: { x: 0, y: 0 }, scale: { x: 1, y: 1 }, align: 5, visible: true, ...more })

describe('a scene collection that OBS Studio 29 wrote', () => {
  const document = JSON.parse(readFileSync(new URL('fixtures/obs-29.json', import.meta.url), 'utf8'))
  const { collection, reported } = lines(document)
  const sourceOf = (id: string) => collection.sources.find((each) => each.id === id)
  const itemOf = (sceneId: string, id: string) =>
    collection.scenes.find((each) => each.id === sceneId)?.items.find((each) => each.id === id)

  it('has its scenes in their order, the one on air and the transition that were chosen', () => {
    expect(collection.scenes.map(({ id }) => id)).toEqual(['Camera', 'Talk', 'Break'])
    expect(collection.canvases[0]).toMatchObject({ scene: 'Talk', width: 1920, height: 1080 })
    expect(collection.transition).toBe('fade')
    expect(collection.transitions[1]).toMatchObject({ kind: 'fade', durationMs: 450 })
    expect(collection.scenes[2]?.transition).toBe('cut')
    expect(reported.filter((line) => !line.startsWith('canvas: '))).toEqual([
      'source "Title", filter "Mask": where its image has another shape than the source it is stretched over it: give it the same shape',
    ])
    expect(reported).toContain('canvas: is 1920x1080 at 30 frames a second unless given: OBS keeps its size in the profile')
  })

  it('has its sources with what was set', () => {
    expect(Object.fromEntries(collection.sources.map(({ id, kind }) => [id, kind]))).toEqual({
      Backdrop: 'color',
      'Desk-mic': 'microphone',
      'Desk-sound': 'system-sound',
      Film: 'media',
      Logo: 'image',
      Remote: 'stream',
      Screen: 'display',
      Slides: 'slideshow',
      Title: 'text',
      Webcam: 'v4l2-camera',
      'mask-png': 'image',
    })
    expect(sourceOf('Backdrop')?.settings).toEqual({ color: '#204080', width: 1280, height: 720 })
    expect(sourceOf('Film')?.settings).toMatchObject({ file: '/show/film.mp4', loop: true, speed: 1.5, whenShown: 'resume' })
    expect(sourceOf('Title')?.settings).toMatchObject({
      text: 'Good evening',
      font: 'DejaVu Sans',
      fontSize: 64,
      fontWeight: 700,
      color: '#ffff00',
    })
    expect(sourceOf('Slides')?.settings).toMatchObject({ files: ['/show/a.png', '/show/b.png'], intervalMs: 5000, fadeMs: 500 })
  })

  it('has items where they were', () => {
    expect(itemOf('Camera', 'Camera-Logo')).toMatchObject({
      position: { x: 1260, y: 20 },
      rotation: 15,
      scale: { x: 0.5, y: 0.5 },
      alignment: { x: 'right', y: 'top' },
    })
    expect(itemOf('Camera', 'Camera-Film')).toMatchObject({
      alignment: { x: 'center', y: 'center' },
      crop: { left: 10, top: 20, right: 30, bottom: 40 },
      bounds: { fit: 'contain', width: 640, height: 360, alignment: { x: 'center', y: 'center' } },
      blend: 'screen',
    })
    expect(itemOf('Camera', 'Camera-Title')).toMatchObject({ locked: true })
    expect(itemOf('Talk', 'Talk-Camera')).toMatchObject({ scene: 'Camera', scale: { x: 0.25, y: 0.25 } })
    expect(itemOf('Break', 'Break-Logo')).toMatchObject({ visible: false })
  })

  it('has the same audio', () => {
    // Its balance of 0.25 leaves sin(67.5°) of the left and sin(22.5°) of the right.
    expect(sourceOf('Desk-mic')?.audio).toMatchObject({
      gainDb: -6.69,
      pan: -0.7281,
      syncOffsetMs: 120,
      tracks: [1, 2],
      monitoring: 'also',
    })
    expect(sourceOf('Desk-sound')?.audio).toMatchObject({
      muted: true,
      filters: [{ kind: 'compressor', settings: { key: 'Desk-mic', ratio: 20, thresholdDb: -30 } }],
    })
    const filters = sourceOf('Desk-mic')?.audio?.filters ?? []
    expect(filters.map(({ kind }) => kind)).toEqual(['noise-suppression', 'gate', 'compressor', 'limiter', 'expander', 'gain'])
    expect(filters[3]).toMatchObject({ enabled: false, settings: { ceilingDb: -3 } })
  })

  it('has its filters', () => {
    expect(sourceOf('Webcam')?.filters).toMatchObject([
      { kind: 'chroma-key', settings: { color: '#00ff00', similarity: 0.478125, edges: 'smooth' } },
      { kind: 'color-correction', settings: { light: 'linear', contrast: 0.2, gamma: 1.1, saturation: 0.7, opacity: 0.9 } },
    ])
    expect(sourceOf('Screen')?.filters.map(({ kind }) => kind)).toEqual(['crop', 'delay', 'lut'])
    expect(sourceOf('Title')?.filters[1]).toMatchObject({ kind: 'mask', settings: { source: 'mask-png', by: 'alpha' } })
    expect(collection.scenes[1]?.filters[0]).toMatchObject({ kind: 'color-correction', settings: { saturation: 1.5 } })
  })
})

describe('what else such documents hold', () => {
  it('scenes whose own transition takes its own time, once for each time; and what else is reported instead of carried', () => {
    const own = (transition: string, transition_duration: number) => ({ private_settings: { transition, transition_duration } })
    const { collection, reported } = lines({
      sources: [
        scene('One', [], own('Fade', 900)),
        scene('Two', [], own('Fade', 900)),
        scene('Three', [], own('Cut', 900)),
        scene('Four', [], own('Fade', 300)),
        source('browser_source', 'Page', { url: 'https://a.example/', width: 5000, reroute_audio: true }),
        source('xcomposite_input', 'Game', { capture_window: '1\r\nGame\r\ngame', capture_audio: true }),
      ],
      modules: { 'advanced-scene-switcher': { macros: [{}] } },
    })
    expect(collection.scenes.map(({ transition }) => transition)).toEqual(['Fade-900-ms', 'Fade-900-ms', 'cut', 'fade'])
    expect(collection.transitions.map(({ name, durationMs }) => `${name}: ${durationMs}`)).toEqual([
      'Cut: 0',
      'Fade: 300',
      'Fade 900 ms: 900',
    ])
    expect(reported).toEqual([
      'source "Page": its width is 4096 instead of 5000 pixels',
      'source "Game": its own audio is not carried: add a source of the audio of that application',
      'advanced scene switcher: its macros are not carried: use macros or the API',
      expect.stringContaining('canvas: '),
    ])
  })

  it('leaves out a group in a group, and says so', () => {
    const { collection, reported } = lines({
      sources: [scene('Main', [item('Outer')]), source('color_source', 'A', {})],
      groups: [source('group', 'Outer', { items: [item('Inner'), item('A')] }), source('group', 'Inner', { items: [item('A')] })],
    })
    expect(collection.scenes[0]?.items).toMatchObject([{ name: 'Outer', group: [{ source: 'A' }] }])
    expect(reported).toContainEqual(expect.stringContaining('item "Inner": groups cannot contain groups'))
  })

  it('groups, audio devices beside the scenes, hotkeys, transitions with films', () => {
    const { collection, reported } = lines({
      sources: [
        scene(
          'Main',
          [item('Both', { id: 7, pos: { x: 30, y: 40 } }), item('A', { group_item_backup: true }), item('B', { group_item_backup: true })],
          {
            hotkeys: {
              'OBSBasic.SelectScene': [{ key: 'OBS_KEY_F1', control: true, shift: true }],
              'libobs.show_scene_item.Both': [{ key: 'OBS_KEY_NUM1' }],
              'libobs.hide_scene_item.7': [{ key: 'OBS_KEY_H' }],
              'libobs.show_scene_item.7': [{ key: 'OBS_KEY_H' }],
              'libobs.other': [{ key: 'OBS_KEY_A' }],
            },
          },
        ),
        source('color_source', 'A', { color: 0x80ff0000 }),
        source(
          'browser_source',
          'B',
          { url: 'https://a.example/', width: 400, height: 300, shutdown: true, reroute_audio: true },
          { volume: 0 },
        ),
      ],
      groups: [source('group', 'Both', { cx: 500, cy: 300, items: [item('A'), item('B', { pos: { x: 100, y: 50 } })] })],
      AuxAudioDevice1: source(
        'pulse_input_capture',
        'Mic/Aux',
        { device_id: 'alsa_input.usb-mic' },
        { hotkeys: { 'libobs.mute': [{ key: 'OBS_KEY_M' }], 'libobs.unmute': [{ key: 'OBS_KEY_M' }, { key: 'OBS_KEY_U' }] } },
      ),
      transitions: [
        { id: 'obs_stinger_transition', name: 'Sting', settings: { path: '/show/sting.webm', transition_point: 400 } },
        { id: 'fade_to_color_transition', name: 'Dip', settings: { color: 0xff0000ff } },
        { id: 'warp_transition', name: 'Warp', settings: {} },
      ],
      current_transition: 'Sting',
      resolution: { x: 1280, y: 720 },
    })
    expect(collection.scenes[0]?.items).toMatchObject([
      { id: 'Main-Both', name: 'Both', position: { x: 30, y: 40 }, group: [{ source: 'A' }, { source: 'B', position: { x: 100, y: 50 } }] },
    ])
    expect(collection.sources.find(({ id }) => id === 'A')?.settings.color).toBe('#0000ff80')
    expect(collection.sources.find(({ id }) => id === 'B')).toMatchObject({
      kind: 'browser',
      settings: { url: 'https://a.example/', width: 400, height: 300, whenHidden: 'close' },
      audio: { gainDb: -100 },
    })
    expect(collection.sources[0]).toMatchObject({
      id: 'Mic-Aux',
      settings: { device: 'alsa_input.usb-mic' },
      audio: { followsVideo: false },
    })
    expect(collection.transitions.slice(2)).toMatchObject([
      { name: 'Sting', kind: 'stinger', durationMs: 0, settings: { source: 'sting-webm', cutMs: 400 } },
      { name: 'Dip', kind: 'fade', settings: { through: '#ff0000' } },
    ])
    expect(collection.transition).toBe('Sting')
    expect(collection.macros.map(({ hotkeys, actions }) => [hotkeys[0], actions[0]])).toEqual([
      ['Ctrl+Shift+F1', { do: 'switch', scene: 'Main' }],
      ['Num1', { do: 'show', scene: 'Main', item: 'Main-Both', visible: true }],
      ['H', { do: 'show', scene: 'Main', item: 'Main-Both', visible: 'toggle' }],
      ['M', { do: 'mute', source: 'Mic-Aux', muted: 'toggle' }],
      ['U', { do: 'mute', source: 'Mic-Aux', muted: false }],
    ])
    expect(collection.canvases[0]).toMatchObject({ width: 1280, height: 720 })
    expect(reported).toEqual([
      'transition "Warp": there is no kind of transition for warp_transition',
      'scene "Main": the hotkey A for libobs.other is not carried',
    ])
  })

  it('what there is nothing for is reported with its place', () => {
    const { collection, reported } = lines(
      {
        sources: [
          scene('Main', [item('Link'), item('Gone'), item('Wipe', { blend_type: 'glow', bounds_type: 3, bounds: { x: 100, y: 0 } })]),
          source('ndi_source', 'Link', {}),
          source(
            'dshow_input',
            'Wipe',
            {},
            {
              filters: [
                source('vst_filter', 'VST', {}),
                source('mask_filter', 'Blend', { type: 'blend_add_filter.effect', image_path: '/x.png' }),
              ],
              deinterlace_mode: 2,
              hotkeys: 7,
            },
          ),
        ],
        modules: { 'scripts-tool': [{ path: '/x.lua' }] },
      },
      { width: 640, height: 360 },
    )
    expect(collection.scenes[0]?.items.map(({ id }: Item) => id)).toEqual(['Main-Wipe'])
    expect(reported).toEqual([
      'source "Link": there is no kind of source for ndi_source',
      'source "Wipe": choose its camera: this system names them otherwise',
      'source "Wipe", filter "VST": there is no kind of filter for vst_filter',
      'source "Wipe", filter "Blend": blends an image over the source: put the image above it in the scene',
      'source "Wipe": is not deinterlaced',
      'scene "Main", item "Gone": shows a source that is not there',
      'scene "Main", item "Wipe": there is no blend mode glow: it is normal',
      'scene "Main", item "Wipe": what exceeds its bounds is cut off',
      'scripts: a script is not carried: use the API',
    ])
  })

  it('whose transitions share a name has the first of them', () => {
    const swipe = source('swipe_transition', 'Fade', {})
    const { collection, reported } = lines({
      sources: [scene('Main', [])],
      transitions: [swipe, source('slide_transition', 'In', {}), source('cut_transition', 'In', {})],
    })
    expect(collection.transitions.map(({ id, kind }) => [id, kind])).toEqual([
      ['cut', 'cut'],
      ['fade', 'fade'],
      ['In', 'push'],
    ])
    expect(reported.filter((line) => line.endsWith('there is another one of that name'))).toHaveLength(2)
  })

  it('transitions by their kind, and those that every OBS has by their names in its languages', () => {
    const show = (document: object) => lines({ sources: [scene('Main', [], own)], ...document })
    const own = { private_settings: { transition: 'Coupure', transition_duration: 300 } }
    const fade = { id: 'fade', kind: 'fade', name: 'Fade' }
    for (const name of ['Fondu', 'フェード', 'Überblende', 'Dissolvenza', '淡入淡出', 'FADE']) {
      const { collection, reported } = show({ current_transition: name, transition_duration: 700 })
      expect(collection.transition, name).toBe('fade')
      expect(collection.transitions[1]).toMatchObject({ ...fade, durationMs: 700 })
      expect(collection.scenes[0]?.transition).toBe('cut')
      expect(reported).toHaveLength(1)
    }
    expect(show({ current_transition: 'Schnitt' }).collection.transition).toBe('cut')
    // OBS fades where nothing is said, and where nothing of that name is there.
    expect(show({}).collection.transition).toBe('fade')
    expect(show({}).collection.transitions[1]).toMatchObject({ durationMs: 300 })
    const gone = show({ current_transition: 'Wirbel' })
    expect(gone.collection.transition).toBe('fade')
    expect(gone.reported).toContain('transition "Wirbel": is not in the document: it is a fade, as OBS makes it')
    // What the document has of that name is meant, whatever the name says elsewhere.
    const named = show({ current_transition: 'Fondu', transitions: [source('wipe_transition', 'Fondu', { luma_image: 'linear-h.png' })] })
    expect(named.collection.transitions.find(({ id }) => id === named.collection.transition)).toMatchObject({ name: 'Fondu', kind: 'wipe' })
    // An override without a time of its own lasts as long as OBS makes it, not as the others.
    const { collection } = lines({
      sources: [scene('Main', [], { private_settings: { transition: 'Fondu' } })],
      current_transition: 'Fondu',
      transition_duration: 900,
    })
    expect(collection.transitions.find(({ id }) => id === collection.scenes[0]?.transition)).toMatchObject({
      kind: 'fade',
      durationMs: 300,
    })
  })

  it('items and filters in the light that OBS mixes in: linear, unless it was set otherwise or they are of the first version', () => {
    const filters = [
      source('luma_key_filter', 'Key', { luma_min: 0.3, luma_min_smooth: 0.05 }, { versioned_id: 'luma_key_filter_v2' }),
      source('luma_key_filter', 'Old key', { luma_min: 0.3 }),
      source('color_key_filter', 'Color', { key_color_type: 'blue', similarity: 120 }, { versioned_id: 'color_key_filter_v2' }),
      source(
        'chroma_key_filter',
        'Chroma',
        { key_color_type: 'blue', contrast: -1, opacity: 0.5 },
        { versioned_id: 'chroma_key_filter_v2' },
      ),
      source(
        'color_filter',
        'Tint',
        { brightness: 0.1, hue_shift: 20, color_multiply: 0xff8040, color_add: 0x102030 },
        { versioned_id: 'color_filter_v2' },
      ),
      source('color_filter', 'Old tint', { brightness: 0.1, contrast: 0.5, opacity: 50 }),
    ]
    const { collection, reported } = lines({
      sources: [
        scene('Main', [item('A'), item('A', { blend_method: 'srgb_off' }), item('A', { blend_method: 'default', blend_type: 'additive' })]),
        source('color_source', 'A', {}, { filters }),
      ],
    })
    expect(collection.scenes[0]?.items.map(({ light, blend }) => [light, blend])).toEqual([
      ['linear', 'normal'],
      [undefined, 'normal'],
      ['linear', 'add'],
    ])
    const each = (id: string, settings: object) =>
      lines({ sources: [scene('Main', [item('S')]), source(id, 'S', settings)] }).collection.scenes[0]?.items[0]?.light
    expect(each('text_ft2_source', {})).toBeUndefined()
    expect(each('image_source', {})).toBe('linear')
    const images = (settings: object) =>
      lines({ sources: [scene('Main', []), source('image_source', 'S', settings)] }).reported.filter((line) => line.startsWith('images: '))
    expect(images({})[0]).toContain('brighter than in OBS')
    expect(images({ linear_alpha: true })).toEqual([])
    expect(collection.sources[0]?.filters.map(({ kind, settings }) => ({ kind, ...settings }))).toMatchObject([
      { kind: 'luma-key', light: 'linear', edges: 'smooth', low: 0.3, lowSmooth: 0.05, high: 1, highSmooth: 0 },
      { kind: 'luma-key', light: 'video', edges: 'smooth', low: 0.3 },
      { kind: 'color-key', color: '#0000ff', similarity: 0.12, smoothness: 0.05 },
      { kind: 'chroma-key', color: '#0099ff', similarity: 0.455357, smoothness: 0.091071, spill: 0.113839, edges: 'smooth' },
      { kind: 'color-correction', light: 'linear', contrast: -0.5, opacity: 0.5 },
      { kind: 'color-correction', light: 'linear', brightness: 0.1, hueDegrees: -20, multiply: '#4080ff', add: '#302010' },
      { kind: 'color-correction', light: 'video', brightness: 0.15, contrast: 0.5, opacity: 0.5 },
    ])
    expect(reported).toHaveLength(1)
  })

  it('texts with the sizes and lines of the source that wrote them', () => {
    const font = { face: 'DejaVu Sans', size: 40 }
    const textOf = (id: string, settings: object, versioned = id) => {
      const { collection, reported } = lines({ sources: [scene('Main', []), { ...source(id, 'T', settings), versioned_id: versioned }] })
      return { settings: collection.sources[0]?.settings, reported: reported.filter((line) => line.startsWith('source')) }
    }
    const free = textOf('text_ft2_source', { font, text: 'a', outline: true, custom_width: 90 }, 'text_ft2_source_v2')
    expect(free).toMatchObject({ settings: { layout: 'freetype', fontSize: 40, outline: { width: 2 } }, reported: [] })
    expect(textOf('text_ft2_source', {}).settings).toMatchObject({ fontSize: 32 })
    expect(textOf('text_ft2_source', {}, 'text_ft2_source_v2').settings).toMatchObject({ fontSize: 256 })
    expect(textOf('text_ft2_source', { custom_width: 300, color1: 0xff0000ff, antialiasing: false })).toMatchObject({
      settings: { width: 300, color: '#ff0000' },
      reported: [
        'source "T": the edges of its letters are smooth',
        'source "T": its lines are broken between words instead of between any two letters',
        'source "T": its second colour is at the foot of the text instead of at the foot of each letter',
      ],
    })
    const gdi = textOf(
      'text_gdiplus',
      {
        font,
        outline: true,
        outline_size: 6,
        extents: true,
        extents_cx: 400,
        extents_cy: 200,
        valign: 'bottom',
        align: 'right',
        transform: 3,
      },
      'text_gdiplus_v2',
    )
    expect(gdi).toMatchObject({
      settings: { layout: 'gdi', fontSize: 40, outline: { width: 3 }, width: 400, height: 200, verticalAlign: 'bottom', align: 'right' },
      reported: ['source "T": its words do not start with capitals by themselves: write them so'],
    })
    expect(textOf('text_gdiplus', {}).settings).toMatchObject({ fontSize: 36 })
  })

  it('playlists of VLC with files and URLs', () => {
    const playlistOf = (entries: readonly string[], more: object = {}) => {
      const settings = { playlist: entries.map((value) => ({ value, hidden: false, selected: false })), ...more }
      const { collection, reported } = lines({ sources: [scene('Main', []), source('vlc_source', 'V', settings)] })
      return { source: collection.sources[0], reported: reported.filter((line) => line.startsWith('source')) }
    }
    const mixed = playlistOf(
      ['/show/a.mp4', 'https://a.example/b.mp4', 'file:///show/c%20d.mp4', 'rtsp://user:pw@cam.example/live?key=1', ''],
      { shuffle: true, loop: false, playback_behavior: 'pause_unpause', track: 2, subtitle_enable: true },
    )
    expect(mixed.source).toMatchObject({
      kind: 'playlist',
      settings: { shuffle: true, loop: false, whenShown: 'resume', whenHidden: 'pause' },
    })
    expect((mixed.source!.settings.items as { file: string }[]).map(({ file }) => file)).toEqual([
      '/show/a.mp4',
      'https://a.example/b.mp4',
      '/show/c d.mp4',
    ])
    expect(mixed.reported).toEqual([
      'source "V": its subtitles are not shown: burn them into the file',
      'source "V": its audio track 2 is not chosen: a playlist plays the first one',
      'source "V": rtsp://***@cam.example/live?*** is left out: a playlist plays files and http(s) URLs; add a live stream source for it',
    ])
    expect(playlistOf(['rtmp://a.example/live/x'], { playback_behavior: 'always_play' })).toMatchObject({
      source: { kind: 'stream', settings: { address: 'rtmp://a.example/live/x', whenHidden: 'run' } },
      reported: [],
    })
    expect(playlistOf(['file:///C:/show/a.mp4']).source?.settings.items).toMatchObject([{ file: 'C:/show/a.mp4' }])
  })

  it('the balance as OBS hears it', () => {
    const heard = (balance: number, more: object = {}) => {
      const { collection } = lines({ sources: [scene('Main', []), source('pulse_input_capture', 'M', {}, { balance, ...more })] })
      const { gainDb, pan } = collection.sources[0]!.audio!
      const side = (towards: number) => (towards <= 0 ? 1 : Math.cos((towards * Math.PI) / 2)) * 10 ** (gainDb / 20)
      return [side(pan), side(-pan)] as const
    }
    for (const balance of [0, 0.1, 0.25, 0.4, 0.48, 0.6, 0.75, 1]) {
      const [left, right] = heard(balance)
      expect(left, `left of ${balance}`).toBeCloseTo(Math.sin(((1 - balance) * Math.PI) / 2), 2)
      expect(right, `right of ${balance}`).toBeCloseTo(Math.sin((balance * Math.PI) / 2), 2)
    }
    for (const balance of [0.495, 0.5, 0.505]) expect(heard(balance)).toEqual([1, 1])
    expect(heard(0.2, { flags: 2 })).toEqual([1, 1])
  })

  it('what is beside the scenes is reported with what to do: virtual camera, output timer, captions, plug-ins', () => {
    const rest = (document: object) =>
      lines({ sources: [scene('Main', [])], ...document }).reported.filter((line) => !line.startsWith('canvas: '))
    const camera = (settings: object) => rest({ 'virtual-camera': settings })
    expect(camera({ type: 0, internal: 0, scene: '', source: '' })).toEqual([])
    expect(camera({ type2: 3 })).toEqual([])
    const preview = 'virtual camera: showed the preview; an output of the kind virtual-camera shows the program'
    expect([camera({ type: 0, internal: 1 }), camera({ type2: 4 })]).toEqual([[preview], [preview]])
    expect(camera({ type: 1, scene: 'Only me' })[0]).toContain('showed the scene "Only me" whatever is on air')
    expect(camera({ type2: 2, source: 'Cam' })[0]).toContain('showed the source "Cam" whatever is on air')
    const timer = {
      streamTimerHours: 1,
      streamTimerMinutes: 30,
      streamTimerSeconds: 0,
      autoStartStreamTimer: true,
      recordTimerSeconds: 30,
    }
    expect(rest({ modules: { 'output-timer': timer } })).toEqual([
      'output timer: stopped streaming by itself after 01:30:00: make a macro of start-output, waits of 5400000 ms together, at most 600000 each, and stop-output for the output',
    ])
    const modules = {
      'captions': { enabled: true, source: 'Mic' },
      'auto-scene-switcher': { active: false, switches: [{ scene: 'Main', window_title: 'x' }] },
      'downstream-keyer': [{ name: 'DSK' }],
      'empty-one': {},
    }
    expect(rest({ modules })).toEqual([
      'automatic scene switcher: was off, and is not carried: switch scenes by the API when the window in front changes',
      'plug-in "downstream-keyer": what it keeps in the scene collection is not carried',
      'captions: captions of the audio of "Mic" are not made',
    ])
  })

  it('whatever is written there, it is a collection or an error', () => {
    const text = readFileSync(new URL('fixtures/obs-29.json', import.meta.url), 'utf8')
    let seed = 5
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const odd = ['null', '-1e300', '1e9', '""', '[]', '{}', '"Talk"', 'true', '0.001']
    const values = [...text.matchAll(/: ?(-?\d+\.?\d*|"[^"]*"|true|false)(?=[,}\n])/g)]
    for (let round = 0; round < 12; round++) {
      let changed = text
      for (let count = 0; count < 12; count++) {
        const value = values[next(values.length)] as RegExpExecArray
        const at = changed.indexOf(value[0], next(changed.length))
        if (at >= 0) changed = `${changed.slice(0, at)}:${odd[next(odd.length)]}${changed.slice(at + value[0].length)}`
      }
      try {
        lines(JSON.parse(changed))
      } catch (error) {
        if (error instanceof SyntaxError) continue
        expect(error).toBeInstanceOf(AppError)
        expect((error as AppError).code, (error as AppError).message).toBe('studio.import_invalid')
      }
    }
    expect(() => lines({ sources: [] })).toThrow(AppError)
    expect(() => lines(null)).toThrow(AppError)
  })
})

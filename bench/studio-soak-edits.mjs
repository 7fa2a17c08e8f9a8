/** The show of the studio's soak, and what is done to it at random. The same seed makes the same choices. */

const whole = { fit: 'stretch', width: 640, height: 360 }
const blends = ['normal', 'add', 'screen', 'multiply', 'difference', 'overlay']
const filters = [
  ['blur', { radius: 6 }],
  ['color-correction', { saturation: 2, hueDegrees: 40 }],
  ['crop', { left: 11, top: 3 }],
  ['sharpen', {}],
  ['scroll', { x: 40 }],
  ['luma-key', {}],
  ['delay', { delayMs: 200 }],
]

/** Numbers from 0 to below 1 (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Every scene of the main canvas is on the same test card, whose flash at the lower right nothing covers. */
export function collectionOf({ film, still, folder }) {
  const card = (id) => ({ id: `card-${id}`, source: 'card', bounds: whole })
  const video = { bitrateKbps: 1200, keyframeMs: 2000, preset: 'ultrafast' }
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Soak',
    frameRate: { numerator: 30, denominator: 1 },
    canvases: [
      { id: 'main', name: 'Main', width: 640, height: 360 },
      { id: 'tall', name: 'Tall', width: 360, height: 640 },
    ],
    sources: [
      { id: 'card', name: 'Card', kind: 'test-pattern', audio: {} },
      { id: 'title', name: 'Title', kind: 'text', settings: { text: 'Soak', fontSize: 40 } },
      { id: 'film', name: 'Film', kind: 'media', settings: { file: film, loop: true }, audio: { gainDb: -30 } },
      { id: 'tone', name: 'Tone', kind: 'tone', settings: { frequency: 440, levelDb: -40 }, audio: {} },
      { id: 'still', name: 'Still', kind: 'image', settings: { file: still } },
    ],
    scenes: [
      { id: 'one', name: 'One', canvas: 'main', items: [card('one'), { id: 'title', source: 'title' }] },
      { id: 'two', name: 'Two', canvas: 'main', items: [card('two'), { id: 'film', source: 'film', scale: { x: 0.6, y: 0.6 } }] },
      { id: 'three', name: 'Three', canvas: 'main', items: [card('three'), { id: 'still', source: 'still' }] },
      { id: 'tall-one', name: 'Tall one', canvas: 'tall', items: [{ id: 'tall-card', source: 'card', scale: { x: 0.5, y: 0.5 } }] },
      { id: 'tall-two', name: 'Tall two', canvas: 'tall', items: [{ id: 'tall-film', source: 'film' }] },
    ],
    transitions: [
      { id: 'cut', name: 'Cut', kind: 'cut', durationMs: 0 },
      { id: 'fade', name: 'Fade', kind: 'fade', durationMs: 400 },
      { id: 'wipe', name: 'Wipe', kind: 'wipe', durationMs: 500 },
      { id: 'move', name: 'Move', kind: 'move', durationMs: 400 },
    ],
    transition: 'cut',
    outputs: [
      { id: 'show', name: 'Show', kind: 'host', canvas: 'main', settings: { stream: 'show' }, video },
      { id: 'upright', name: 'Upright', kind: 'host', canvas: 'tall', settings: { stream: 'upright' }, video },
      { id: 'file', name: 'File', kind: 'recording', canvas: 'main', settings: { folder }, video },
    ],
  }
}

/** Makes one edit. Answers what it was and how it went. */
export async function editAtRandom(api, random) {
  const { collection } = (await api('GET', '/collection')).body
  const pick = (list) => list[Math.floor(random() * list.length)]
  const whatever = pick(acts)
  const answer = await whatever({ api, random, pick, collection })
  const { status = 0, body } = answer ?? {}
  return { what: whatever.name, status, problem: body?.detail ?? body?.code ?? '' }
}

const sceneOf = ({ collection, pick }) => pick(collection.scenes)
const movable = ({ collection }) =>
  collection.scenes.flatMap(({ id, items }) => items.filter((item) => item.source !== 'card').map((item) => ({ scene: id, item })))
const extra = ({ collection }) => collection.sources.filter(({ id }) => id.startsWith('extra'))

/** Somewhere in the upper left: small, so that the flash stays in sight. */
function layout({ random, pick }) {
  return {
    position: { x: random() * 200, y: random() * 100 },
    rotation: random() < 0.3 ? Math.round(random() * 40 - 20) : 0,
    opacity: 0.3 + random() * 0.7,
    blend: pick(blends),
    crop: { left: Math.floor(random() * 20), top: Math.floor(random() * 20), right: 0, bottom: Math.floor(random() * 9) },
    bounds: { fit: pick(['contain', 'cover', 'stretch', 'width']), width: 60 + random() * 120, height: 50 + random() * 80 },
  }
}

async function switchScene(at) {
  return at.api('POST', '/program', { scene: sceneOf(at).id, transition: at.pick(at.collection.transitions).id })
}
async function placeItem(at) {
  const { scene, item } = at.pick(movable(at)) ?? {}
  return item && at.api('PATCH', `/scenes/${scene}/items/${item.id}`, layout(at))
}
async function hideItem(at) {
  const { scene, item } = at.pick(movable(at)) ?? {}
  return item && at.api('PATCH', `/scenes/${scene}/items/${item.id}`, { visible: !item.visible })
}
async function addItem(at) {
  const scene = sceneOf(at)
  if (scene.items.length > 8) return removeItem(at)
  const source = at.pick(at.collection.sources.filter(({ id, kind }) => id !== 'card' && kind !== 'tone'))
  return source && at.api('POST', `/scenes/${scene.id}/items`, { source: source.id, ...layout(at) })
}
async function removeItem(at) {
  const { scene, item } = at.pick(movable(at)) ?? {}
  return item && at.api('DELETE', `/scenes/${scene}/items/${item.id}`)
}
async function writeText(at) {
  return at.api('PATCH', '/sources/title', {
    settings: { text: `Soak ${Math.floor(at.random() * 1e6)}`, fontSize: 20 + Math.floor(at.random() * 40) },
  })
}
async function addSource(at) {
  const present = extra(at)
  if (present.length >= 5) return at.api('DELETE', `/sources/${present[0].id}`)
  const id = `extra-${Math.floor(at.random() * 1e9)}`
  const film = at.collection.sources.find((each) => each.id === 'film')
  const [kind, settings] = at.pick([
    ['color', { color: '#804020', width: 64, height: 64 }],
    ['gradient', { width: 128, height: 64 }],
    ['clock', { fontSize: 30 }],
    ['media', film.settings],
  ])
  return at.api('POST', '/edits', {
    edits: [
      { do: 'add', to: 'sources', value: { id, name: id, kind, settings } },
      { do: 'add', to: `scenes/${sceneOf(at).id}/items`, value: { source: id, ...layout(at) } },
    ],
  })
}
async function filterSource(at) {
  const source = at.pick(at.collection.sources.filter(({ id, kind }) => id !== 'card' && kind !== 'tone'))
  if (source.filters.length > 1) return at.api('DELETE', `/sources/${source.id}/filters/${source.filters[0].id}`)
  const [kind, settings] = at.pick(filters)
  return at.api('POST', `/sources/${source.id}/filters`, { kind, settings })
}
async function mixTone(at) {
  return at.api('PATCH', '/sources/tone', { audio: { gainDb: Math.round(at.random() * -20), muted: at.random() < 0.3 } })
}
async function playFilm(at) {
  const [command, details] = at.pick([['seek', { ms: Math.floor(at.random() * 6000) }], ['restart'], ['pause'], ['play']])
  return at.api('POST', '/sources/film/commands', { command, ...(details && { details }) })
}
async function undo(at) {
  for (let count = Math.floor(at.random() * 3); count > 0; count--) await at.api('POST', '/undo', {})
  return at.api('POST', '/undo', {})
}
async function redo(at) {
  await at.api('POST', '/undo', {})
  return at.api('POST', '/redo', {})
}

const acts = [
  switchScene,
  switchScene,
  switchScene,
  placeItem,
  placeItem,
  hideItem,
  addItem,
  removeItem,
  writeText,
  addSource,
  filterSource,
  mixTone,
  playFilm,
  undo,
  redo,
]

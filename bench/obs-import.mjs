/**
 * The import of OBS Studio's scene collections, compared with OBS itself: `npm run bench -- obs-import`. Every collection of
 * `bench/obs-collections` is opened by a real OBS and by our studio with the same files, and each scene and each of its items is compared.
 * OBS runs in a network of its own, for it opens its endpoint to everybody: needs root, obs-studio, xvfb and dbus.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { obsConfiguration, untilObs } from '../e2e/helpers/obs-studio.ts'
import { paintTestFiles } from './obs-import-files.mjs'
import { root, startOurs } from './servers.mjs'

const folderOfCollections = join(root, 'bench/obs-collections')
const [width, height] = [1280, 720]
/** What OBS shows on a machine without devices and browsers; items of anything else are hidden on both sides. */
const drawn = new Set(['image_source', 'color_source', 'text_ft2_source', 'slideshow', 'scene', 'group'])
/** Items smaller than this are left out, pixels. */
const smallest = 8

/** The collection with nothing but what both can show, its files in `folder`. */
function comparable(document, folder) {
  const text = JSON.stringify(document).replaceAll(/"([^"]*[\\/][^"\\/]+\.png)"/g, (_, path) =>
    JSON.stringify(join(folder, basename(path.replaceAll('\\', '/')))),
  )
  const made = JSON.parse(text)
  const kinds = new Map([...made.sources, ...made.groups].map(({ name, id }) => [name, id]))
  for (const { settings } of [...made.sources, ...made.groups]) {
    for (const item of settings.items ?? []) if (!drawn.has(kinds.get(item.name))) item.visible = false
  }
  return made
}

/** Inside the namespace: opens one collection after the other, saves screenshots of its scenes, prints lines of JSON. */
async function driveObs([folder, ...names]) {
  const obs = await untilObs(600)
  await obs.call('SetVideoSettings', {
    baseWidth: width,
    baseHeight: height,
    outputWidth: width,
    outputHeight: height,
    fpsNumerator: 10,
    fpsDenominator: 1,
  })
  for (const name of names) {
    if ((await obs.call('GetSceneCollectionList')).currentSceneCollectionName !== name) {
      await obs.call('SetCurrentSceneCollection', { sceneCollectionName: name })
    }
    await obs.call('SetCurrentSceneTransition', { transitionName: 'Cut' }).catch(() => undefined)
    for (const [index, { sceneName }] of (await obs.call('GetSceneList')).scenes.entries()) {
      await obs.call('SetCurrentProgramScene', { sceneName })
      await sleep(1500)
      const file = join(folder, `obs-${names.indexOf(name)}-${index}.png`)
      await obs.call('SaveSourceScreenshot', { sourceName: sceneName, imageFormat: 'png', imageFilePath: file })
      const { sceneItems } = await obs.call('GetSceneItemList', { sceneName })
      const items = sceneItems.map(({ sourceName, sceneItemEnabled, sceneItemTransform }) => ({
        sourceName,
        sceneItemEnabled,
        sceneItemTransform,
      }))
      process.stdout.write(`${JSON.stringify({ collection: name, scene: sceneName, file, items })}\n`)
    }
  }
}

/** What OBS shows of every scene of the collections, which are in its configuration. */
async function imagesOfObs(folder, names, keepHome) {
  const home = join(folder, 'home')
  const config = obsConfiguration(home)
  mkdirSync(join(config, 'basic/scenes'), { recursive: true })
  for (const name of names) {
    const file = join(config, 'basic/scenes', `${name}.json`)
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')), name }))
  }
  const obs = `obs --multi --minimize-to-tray --disable-missing-files-check --collection ${names[0]} --websocket_port 4455 --websocket_password bench-of-the-studio`
  const driver = [process.execPath, fileURLToPath(import.meta.url), 'drive', folder, ...names].map((each) => `"${each}"`).join(' ')
  const child = spawn(
    'unshare',
    [
      '-n',
      'sh',
      '-c',
      `ip link set lo up; xvfb-run -a -s "-screen 0 640x480x24 -nolisten tcp" dbus-run-session -- ${obs} >"${folder}/obs.log" 2>&1 & ${driver}`,
    ],
    {
      env: {
        ...process.env,
        HOME: home,
        XDG_CONFIG_HOME: join(home, '.config'),
        XDG_RUNTIME_DIR: join(home, 'run'),
        LIBGL_ALWAYS_SOFTWARE: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    },
  )
  const scenes = []
  try {
    for await (const line of createInterface({ input: child.stdout })) scenes.push(JSON.parse(line))
  } finally {
    keepHome?.(config)
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  return scenes
}

/** Where an item is on the canvas: the box around it. */
function boxOf({ positionX, positionY, width: w, height: h, alignment, rotation, boundsType, boundsWidth, boundsHeight, boundsAlignment }) {
  const share = (bits, near, far) => ((bits & near) !== 0 ? 0 : (bits & far) !== 0 ? 1 : 0.5)
  let [left, top] = [-share(alignment, 1, 2) * w, -share(alignment, 4, 8) * h]
  if (boundsType !== 'OBS_BOUNDS_NONE') {
    left = -share(alignment, 1, 2) * boundsWidth + share(boundsAlignment, 1, 2) * (boundsWidth - w)
    top = -share(alignment, 4, 8) * boundsHeight + share(boundsAlignment, 4, 8) * (boundsHeight - h)
  }
  const turn = (rotation * Math.PI) / 180
  const corners = [
    [left, top],
    [left + w, top],
    [left, top + h],
    [left + w, top + h],
  ].map(([x, y]) => [positionX + x * Math.cos(turn) - y * Math.sin(turn), positionY + x * Math.sin(turn) + y * Math.cos(turn)])
  const reach = (axis, most) => {
    const places = corners.map((corner) => corner[axis])
    return [Math.max(0, Math.floor(Math.min(...places))), Math.min(most, Math.ceil(Math.max(...places)))]
  }
  const [[x0, x1], [y0, y1]] = [reach(0, width), reach(1, height)]
  return { x0, x1, y0, y1 }
}

const pixelsOf = (png) => sharp(png).removeAlpha().raw().toBuffer()

/** Mean of the absolute differences of red, green and blue in a box, steps of 255. */
function difference(one, other, { x0, y0, x1, y1 } = { x0: 0, y0: 0, x1: width, y1: height }) {
  let sum = 0
  for (let y = y0; y < y1; y++) for (let at = (y * width + x0) * 3; at < (y * width + x1) * 3; at++) sum += Math.abs(one[at] - other[at])
  return sum / ((x1 - x0) * (y1 - y0) * 3)
}

async function request(server, method, path, body) {
  const reply = await fetch(`${server.http}/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await reply.json()
  if (!reply.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
  return answer
}

/** A screenshot of a scene that is on air: as close to the other one as it gets while its sources start, until it no longer changes. */
async function imageOfOurs(server, scene, other) {
  await request(server, 'POST', '/studio/actions', { do: 'switch', scene, transition: 'cut' })
  let nearest
  for (let still = 0, tries = 0; still < 8 && tries < 60; tries++) {
    await sleep(400)
    const png = Buffer.from(await (await fetch(`${server.http}/api/v1/studio/screenshot`)).arrayBuffer())
    const pixels = await pixelsOf(png)
    const apart = difference(pixels, other)
    still = nearest !== undefined && apart >= nearest.apart ? still + 1 : 0
    if (nearest === undefined || apart < nearest.apart) nearest = { png, pixels, apart }
  }
  return nearest
}

const middle = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** Prints a line for each scene and item that differs, and what they come to. `only`: names of collections. */
export async function compareObsImport(print, only = []) {
  if (!existsSync('/usr/bin/obs'))
    return void print('OBS is not installed (apt-get install obs-studio obs-plugins xvfb xauth dbus-x11): left out')
  if (process.getuid?.() !== 0) return void print('OBS needs a network of its own, which only root can make: left out')
  const folder = mkdtempSync(join(tmpdir(), 'ami-obs-import-'))
  const names = readdirSync(folderOfCollections)
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .filter((name) => only.length === 0 || only.includes(name))
  await paintTestFiles(folder)
  const whole = new Map(names.map((name) => [name, JSON.parse(readFileSync(join(folderOfCollections, `${name}.json`), 'utf8'))]))
  for (const [name, document] of whole) writeFileSync(join(folder, `${name}.json`), JSON.stringify(comparable(document, folder)))
  let server
  try {
    const scenes = await imagesOfObs(folder, names)
    server = await startOurs()
    const all = { scenes: [], items: [] }
    for (const name of names) {
      const size = { width, height, frameRate: 10 }
      const report = await request(server, 'POST', '/studio/import/obs', {
        name: `${name}-whole`,
        document: whole.get(name),
        folder,
        ...size,
      })
      await request(server, 'POST', '/studio/import/obs', {
        name,
        document: JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')),
        folder,
        ...size,
      })
      await request(server, 'POST', `/studio/collections/${name}/open`, { force: true })
      const { collection } = await request(server, 'GET', '/studio/collection')
      print(
        `${name}: ${collection.scenes.length} scenes, ${collection.sources.length} sources, ${report.notCarried.length} lines of the report`,
      )
      if (process.env.DEBUG) for (const { place, reason } of report.notCarried) print(`    ${place}: ${reason}`)
      for (const shown of scenes.filter((each) => each.collection === name)) {
        const scene = collection.scenes.find((each) => each.name === shown.scene)
        const obs = await pixelsOf(shown.file)
        const own = await imageOfOurs(server, scene.id, obs)
        writeFileSync(shown.file.replace(/obs-(?=[^/]*$)/, 'own-'), own.png)
        all.scenes.push(own.apart)
        print(`  ${shown.scene}: ${own.apart.toFixed(2)}`)
        for (const { sourceName, sceneItemEnabled, sceneItemTransform } of shown.items) {
          const box = boxOf(sceneItemTransform)
          if (!sceneItemEnabled || box.x1 - box.x0 < smallest || box.y1 - box.y0 < smallest) continue
          const value = difference(own.pixels, obs, box)
          all.items.push(value)
          print(`    ${sourceName}: ${value.toFixed(2)}`)
        }
      }
    }
    const figures = (values) =>
      `${values.length}: mean of differences ${middle(values, 0.5).toFixed(2)} in the middle, ${middle(values, 0.9).toFixed(2)} for nine of ten, ${Math.max(...values).toFixed(2)} at most`
    print(`scenes ${figures(all.scenes)}; items ${figures(all.items)} (of 255)`)
    return all
  } finally {
    await server?.stop()
    if (!process.env.DEBUG) rmSync(folder, { recursive: true, force: true })
    else print(folder)
  }
}

/** Has OBS read and write collections: `node bench/obs-import.mjs normalise FROM TO`. */
async function normalise([from, to]) {
  const folder = mkdtempSync(join(tmpdir(), 'ami-obs-import-'))
  const names = readdirSync(from).map((file) => basename(file, '.json'))
  for (const name of names) writeFileSync(join(folder, `${name}.json`), readFileSync(join(from, `${name}.json`)))
  await imagesOfObs(folder, [...names, names[0]], (config) => {
    for (const name of names) {
      const { name: called } = JSON.parse(readFileSync(join(from, `${name}.json`), 'utf8'))
      const written = JSON.parse(readFileSync(join(config, 'basic/scenes', `${name}.json`), 'utf8'))
      writeFileSync(join(to, `${name}.json`), `${JSON.stringify({ ...written, name: called }, null, 1)}\n`)
    }
  })
  rmSync(folder, { recursive: true, force: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [what, ...rest] = process.argv.slice(2)
  await (what === 'drive'
    ? driveObs(rest)
    : what === 'normalise'
      ? normalise(rest)
      : compareObsImport((line) => process.stdout.write(`${line}\n`), rest))
  process.exit(0)
}

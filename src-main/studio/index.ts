import { basename, join } from 'node:path'
import { noDesktopDisplays } from '../media/desktop-displays.ts'
import type { MeasuredEncoder } from '../media/encoders/choose-encoder.ts'
import { isErrorCode } from '../platform/errors.ts'
import { superviseWorker } from '../platform/workers/supervise-worker.ts'
import { workerFile } from '../platform/workers/worker-file.ts'
import { doAction, moveTBar } from './control/actions.ts'
import { registerStudio, roleInCollection } from './control/automation/studio-automation.ts'
import { windowRuleRoutes } from './control/automation/window-rules/window-rule-routes.ts'
import { WindowRules } from './control/automation/window-rules/window-rules.ts'
import { EngineProcess, type EngineProcessDependencies } from './control/engine/engine-process.ts'
import { SourceMemories } from './control/engine/source-memories.ts'
import type { StudioEngine } from './control/engine/studio-engine.ts'
import { filterPresetRoutes } from './control/filter-presets/filter-preset-routes.ts'
import { FilterPresets } from './control/filter-presets/filter-presets.ts'
import { guestRoutes } from './control/guests/guest-routes.ts'
import { guestSocket } from './control/guests/guest-socket.ts'
import { Guests } from './control/guests/guests.ts'
import { JoinAttempts } from './control/guests/join-attempts.ts'
import { talkbackSocket } from './control/guests/talkback-socket.ts'
import { createChannels } from './control/outputs/channels/channels.ts'
import { createOutputs } from './control/outputs/index.ts'
import { serverCheckRoutes } from './control/outputs/server-check.ts'
import { SideSources } from './control/outputs/shares/side-sources.ts'
import { StudioShares } from './control/outputs/shares/studio-shares.ts'
import { uploadSpeedRoutes } from './control/outputs/upload-speed/upload-routes.ts'
import { dockRoutes } from './control/pages/docks/dock-routes.ts'
import { Docks } from './control/pages/docks/docks.ts'
import { createOverlays } from './control/pages/overlays/index.ts'
import { createPreviews, showEndpoint } from './control/preview/index.ts'
import { createMultiview } from './control/preview/multiview/index.ts'
import { DeviceThumbnails } from './control/preview/spare/device-thumbnails.ts'
import { SpareEngine } from './control/preview/spare/spare-engine.ts'
import { spareRoutes } from './control/preview/spare/spare-routes.ts'
import { createTransitionTrial } from './control/preview/trial/index.ts'
import { GlobalHotkeys } from './control/program/hotkeys/global-hotkeys.ts'
import type { FromHotkeys, ToHotkeys } from './control/program/hotkeys/messages.ts'
import { Macros } from './control/program/macros.ts'
import { hotkeysOf, pressChord } from './control/program/press-chord.ts'
import { Recovery } from './control/program/recovery/recovery.ts'
import { SafeMode } from './control/program/recovery/safe-mode.ts'
import { collectionRoutes } from './control/routes/collection-routes.ts'
import { editRoutes } from './control/routes/edit-routes.ts'
import { engineRoutes } from './control/routes/engine-routes.ts'
import { createObsShowMaker, exportObsRoutes } from './control/routes/export-obs-routes.ts'
import { hotkeyRoutes } from './control/routes/hotkey-routes.ts'
import { importRoutes } from './control/routes/import-routes.ts'
import { programRoutes } from './control/routes/program-routes.ts'
import { recoveryRoutes } from './control/routes/recovery-routes.ts'
import { Show } from './control/show.ts'
import { openStateStore, type StateStore } from './control/state-store.ts'
import { publishEngineEvents } from './control/studio-events.ts'
import { StudioFactsReader } from './control/studio-facts.ts'
import { studioKinds } from './control/studio-kinds.ts'
import { countStudio } from './control/studio-metrics.ts'
import { bundleRoutes } from './control/uploads/bundles/bundle-routes.ts'
import { createUploads } from './control/uploads/index.ts'
import { createCollectionCheck } from './document/checks/collection-check.ts'
import { privateTextsOf, shapeOf } from './document/checks/collection-shape.ts'
import { type Collection, formatName, formatVersion } from './document/collection.ts'
import { CollectionFolder } from './document/files/collection-folder.ts'
import { readDocument } from './document/files/read-document.ts'
import { createReferenceRejection } from './document/references/reference-rejection.ts'
import { actionFaults } from './document/schemas/action-schemas.ts'
import { SecretSeals } from './document/secrets/secret-seals.ts'
import { createObsProtocol } from './obs-protocol/index.ts'
import type { Studio, StudioDependencies } from './studio-dependencies.ts'

export { studioMigrations } from './migrations.ts'
export type { Studio, StudioDependencies } from './studio-dependencies.ts'

/** Makes the studio; nothing runs before `start`. `otherEngine` is another one than the studio's own process in tests. */
export async function createStudio(dependencies: StudioDependencies, otherEngine?: StudioEngine): Promise<Studio> {
  const { automation, carrier, dataDir, secrets, events, audit, log, registry, reach } = dependencies
  const store = await openStateStore(dependencies)
  const safeMode: SafeMode = new SafeMode({
    store,
    forced: dependencies.safeMode,
    now: Date.now,
    onChange() {
      show.refreshEngine()
      recovery.publish()
    },
  })
  const engine = otherEngine ?? ownEngine(dependencies, store, safeMode, () => show.control.onAir)
  const outputs = await createOutputs({ ...dependencies, engine, store, folder: join(dataDir, 'studio', 'recordings') })
  const kinds = studioKinds
  const reader = {
    kinds,
    check: createCollectionCheck({ kinds, actionFaults }),
    seals: new SecretSeals(secrets),
    rejection: createReferenceRejection(reach.policy, dependencies.displays),
  }
  const show = new Show({
    engine,
    outputs,
    reader,
    store,
    secrets,
    events,
    audit,
    log,
    onLeave: () => void macros.stopAll(),
    onReturn: (outputs) => recovery.returned(outputs),
    onChange: () => {
      windowRules.follow()
      macros.stopExcept((id) => collection()?.macros.some((macro) => macro.id === id) === true)
      automation.rulesChanged()
    },
  })
  const collection = () => show.openFile?.collection.collection
  const folder = new CollectionFolder(join(dataDir, 'studio', 'collections'))
  const acting = { show, engine, outputs, audit, automation, switched: (actor: string) => windowRules.switched(actor) }
  const macros: Macros = new Macros({
    events,
    log,
    act: (action, actor, signal) => doAction(action, { actor, role: roleInCollection(collection(), action), signal }, acting),
  })
  registerStudio(automation, acting, macros)
  const windowRules: WindowRules = new WindowRules({
    engine,
    store,
    collection: () => show.openFile?.collection.collection,
    run: (macro, actor) => macros.run(macro, actor),
    onChange: (state) => events.publish('studio.active_window', state, { volatile: true }),
  })
  const uploads = await createUploads({ ...dependencies, kinds, folder, open: () => openOf(show) })
  const multiview = createMultiview({ engine })
  const recovery: Recovery = new Recovery({
    ended: dependencies.endedUnexpectedly,
    store,
    outputs,
    recovered: outputs.recovered,
    collection,
    program: () => show.control.state,
    safeMode,
    crashesOften: dependencies.crashesOften,
    events,
    audit,
  })
  engine.onEvent((event) => {
    if (event.kind === 'state' && event.state === 'restarting') safeMode.noteLoss()
    if (event.kind === 'lost' && event.lost.of !== undefined) safeMode.noteCrash(event.lost.of)
    if (event.kind === 'source' && typeof event.report.details?.crashes === 'number')
      safeMode.noteCrash(event.source, event.report.details.crashes)
  })
  const globalKeys = () => {
    const macros = collection()?.macros
    const rules = automation.rules().flatMap((rule) => {
      const hotkeys = rule.settings.mode === 'off' ? [] : hotkeysOf(rule)
      return hotkeys.length === 0 ? [] : [{ id: rule.key, name: rule.name, hotkeys, actions: [] }]
    })
    return rules.length === 0 ? macros : [...(macros ?? []), ...rules]
  }
  const hotkeys = new GlobalHotkeys({
    events,
    log,
    setting: dependencies.globalHotkeys,
    macros: globalKeys,
    press: (chord, released) => pressChord({ show, macros, audit, automation }, chord, released, 'hotkey'),
    startWorker: (handlers) =>
      superviseWorker<FromHotkeys, ToHotkeys>({
        entry: workerFile('hotkeys'),
        log: log.child({ worker: 'hotkeys' }),
        restart: { firstMs: 500, maxMs: 30_000, goodAfterMs: 60_000 },
        ...handlers,
      }),
    platform: process.platform,
    environment: dependencies.environment,
  })
  const previews = createPreviews({ engine, show: collection }, showEndpoint)
  const guests = new Guests({ carrier, engine, store, events, audit, collection, now: Date.now })
  const empty = readDocument({ format: formatName, version: formatVersion, scenes: [{ id: 'empty' }] }, reader)
  const overlays = await createOverlays({
    ...dependencies,
    network: () => reach.policy().network,
    viewers: (stream) => dependencies.carrier.viewers(stream),
  })
  const spare = new SpareEngine({ engine: spareEngine(dependencies, 'spare'), empty })
  const thumbnails = new DeviceThumbnails({ spare, empty })
  const trial = createTransitionTrial({
    engine: spareEngine(dependencies, 'trial'),
    still: (of, options) => engine.screenshot(of, options),
    show: () => show.collection,
  })
  const side = new SideSources({
    engine: spareEngine(dependencies, 'shares', (stream) => carrier.watchUrl(stream)),
    empty,
    sourceOf: (kind, settings) => {
      const { sources } = readDocument({ ...empty, sources: [{ id: 'shared', name: 'shared', kind, settings }] }, reader)
      return sources[0] as Collection['sources'][number]
    },
  })
  const channels = createChannels({ store, secrets, audit, environment: dependencies.environment })
  const filterPresets = new FilterPresets({
    store,
    kinds,
    rejection: reader.rejection,
    onSaved: (preset) => events.publish('studio.filter-preset.updated', preset),
    onRemoved: ({ id }) => events.publish('studio.filter-preset.removed', { id }),
  })
  const docks = new Docks({ store, secrets, onChange: () => events.publish('studio.docks', {}) })
  const obsProtocol = createObsProtocol({
    ...dependencies,
    show,
    engine,
    outputs,
    folder,
    reader,
    store,
    recordings: join(dataDir, 'studio', 'recordings'),
    act: (action, actor) => doAction(action, { actor, role: 'editor' }, acting),
    moveTBar: (position, release, actor) => moveTBar(show.control.mainCanvas, position, release, actor, acting),
    runMacro: (macro, actor) => macros.run(macro, actor),
    press: (chord, actor) => pressChord({ show, macros, audit, automation }, chord, false, actor),
  })
  const reporting = publishEngineEvents(engine, events)
  countStudio(registry, engine, outputs)
  const facts = new StudioFactsReader({
    engine,
    outputs,
    collection,
    onAir: () => Object.values(show.control.onAir).map(({ program }) => program),
  })
  return {
    routes: [
      ...outputs.routes,
      ...serverCheckRoutes(dependencies.carrier),
      ...uploadSpeedRoutes(reach),
      ...uploads.routes,
      ...bundleRoutes({
        folder,
        reader,
        uploads: uploads.uploads,
        overlays: overlays.overlays,
        open: () => openOf(show),
        reach: reach.policy,
        audit,
      }),
      ...guestRoutes(guests, show),
      ...collectionRoutes({ show, folder, reader, audit }),
      ...dockRoutes({ docks, reach, audit }),
      ...filterPresetRoutes({ presets: filterPresets, audit }),
      ...channels.routes,
      ...spareRoutes(spare, thumbnails, reader),
      ...trial.routes,
      ...windowRuleRoutes(windowRules, audit),
      ...importRoutes({ folder, reader, audit, reach: reach.policy }),
      ...exportObsRoutes({ show, folder, reader }),
      ...overlays.routes,
      ...editRoutes({
        show,
        kinds,
        reportOf: (list, id) => (list === 'sources' ? engine.reports().get(id) : outputs.list().find((each) => each.id === id)) ?? null,
        filterProblem: (id) => engine.filterProblems().get(id),
        filterChoice: (id) => engine.filterChoices().get(id),
      }),
      ...programRoutes({ ...acting, macros }),
      ...hotkeyRoutes(hotkeys),
      ...recoveryRoutes({ recovery, safeMode, audit }),
      ...obsProtocol.routes,
      ...engineRoutes({
        ...acting,
        status: () => reporting,
        spareDevices: (kind) => spare.devices(kind),
        displays: dependencies.displays,
      }),
    ],
    observer: {
      read: () => facts.read(),
      sceneName: (id) => collection()?.scenes.find((each) => each.id === id)?.name ?? id,
      onLost: (listener) =>
        engine.onEvent((event) => {
          if (event.kind === 'lost') listener(event.lost)
        }),
      shape: () => {
        const open = collection()
        return open === undefined ? null : shapeOf(open)
      },
      privateTexts: () => {
        const open = collection()
        return open === undefined ? [] : privateTextsOf(open, kinds)
      },
    },
    obsShows: createObsShowMaker({ show, folder, reader }),
    shares: new StudioShares({
      engine,
      side,
      collection,
      overlays: () => overlays.overlays.list(),
      streams: () => carrier.streams(),
    }),
    sockets: [
      ...previews.sockets,
      ...trial.sockets,
      ...multiview.sockets,
      ...overlays.sockets,
      guestSocket({ carrier, engine, collection, guests, attempts: new JoinAttempts(() => performance.now()), log }),
      talkbackSocket({ carrier, engine, guests, log }),
    ],
    async start(file) {
      // Programs reconnect by themselves: they find the show as it is.
      await (file === undefined ? show.resume() : show.open(file, basename(file, '.json'), 'cli', true, true))
      await obsProtocol.start()
    },
    async stop(byPerson) {
      await obsProtocol.stop()
      await hotkeys.stop()
      recovery.stop()
      previews.stop()
      multiview.stop()
      overlays.stop()
      thumbnails.stop()
      facts.stop()
      guests.stop()
      windowRules.stop()
      channels.stop()
      await Promise.all([spare.stop(), trial.stop(), side.stop()])
      await macros.stopAll()
      await uploads.stop()
      await show.stop()
      await outputs.close(byPerson)
      await engine.stop(!byPerson)
      reporting.stop()
    },
    problems: () => [
      ...outputs.list().flatMap(({ kind, error }) => (kind === 'recording' && error !== null && isErrorCode(error.code) ? error.code : [])),
      ...(recovery.report().safeMode.offered ? (['host.crashes_often'] as const) : []),
    ],
    running: () =>
      outputs
        .list()
        .filter(({ kind, state }) => ['rtmp', 'srt', 'whip', 'recording'].includes(kind) && state !== 'off' && state !== 'failed').length,
  }
}

function openOf({ openFile }: Show): { readonly name: string; readonly collection: Collection } | undefined {
  return openFile && { name: openFile.name, collection: openFile.collection.collection }
}

function ownEngine(
  { carrier, log, dataDir, reach, displays, resumeWithinMs }: StudioDependencies,
  store: StateStore,
  safeMode: SafeMode,
  onAir: EngineProcessDependencies['onAir'],
): StudioEngine {
  let measured: readonly MeasuredEncoder[] = []
  const engine = new EngineProcess({
    log,
    folder: join(dataDir, 'studio', 'sources'),
    memories: new SourceMemories({ read: () => store.get('sources'), write: (kept) => store.set('sources', kept), resumeWithinMs }),
    reach,
    displays,
    limit: (collection) => safeMode.apply(collection),
    onAir,
    encoders: () => measured,
    liveUrl: (stream) => carrier.watchUrl(stream),
  })
  engine.onEvent((event) => {
    // Measuring takes two seconds of a processor, once a machine: not before there is a show.
    if (event.kind !== 'state' || event.state !== 'starting') return
    carrier.encoders().then(
      (found) => {
        measured = found
      },
      (error: unknown) => log.warn({ err: error }, 'the encoders of this machine are not known'),
    )
  })
  return engine
}

/** Another engine beside that of the open show: it keeps nothing, and plays no stream where that is not said. */
function spareEngine(
  { log, dataDir, reach }: StudioDependencies,
  name: 'spare' | 'trial' | 'shares',
  liveUrl: EngineProcessDependencies['liveUrl'] = () => Promise.reject(new Error(`the ${name} engine plays no stream`)),
): StudioEngine {
  return new EngineProcess({
    log: log.child({ engine: name }),
    folder: join(dataDir, 'studio', 'sources'),
    memories: new SourceMemories({ read: () => undefined, write: () => undefined, resumeWithinMs: () => 0 }),
    reach,
    displays: noDesktopDisplays,
    limit: (collection) => collection,
    onAir: () => ({}),
    encoders: () => [],
    liveUrl,
  })
}

/** Numbers and names of version 5.7 of the obs-websocket protocol, as published (docs/generated/protocol.md of obs-websocket). */

/** Version of the protocol that these files describe. */
export const protocolVersion = '5.7.3'
/** Version of its messages: the only one that there is. */
export const rpcVersion = 1

/** WebSocket sub-protocols: how messages are encoded. */
export const subProtocols = { json: 'obswebsocket.json', msgpack: 'obswebsocket.msgpack' } as const

/** What a message is: its field `op`. */
export const opCode = {
  hello: 0,
  identify: 1,
  identified: 2,
  reidentify: 3,
  event: 5,
  request: 6,
  requestResponse: 7,
  requestBatch: 8,
  requestBatchResponse: 9,
} as const

/** Why the server closes a connection. */
export const closeCode = {
  messageDecodeError: 4002,
  missingDataField: 4003,
  invalidDataFieldType: 4004,
  invalidDataFieldValue: 4005,
  unknownOpCode: 4006,
  notIdentified: 4007,
  alreadyIdentified: 4008,
  authenticationFailed: 4009,
  unsupportedRpcVersion: 4010,
  sessionInvalidated: 4011,
  unsupportedFeature: 4012,
} as const
export type CloseCode = (typeof closeCode)[keyof typeof closeCode]

/** How a request ended: `code` of its status. */
export const requestStatus = {
  success: 100,
  missingRequestType: 203,
  unknownRequestType: 204,
  genericError: 205,
  unsupportedRequestBatchExecutionType: 206,
  notReady: 207,
  missingRequestField: 300,
  missingRequestData: 301,
  invalidRequestField: 400,
  invalidRequestFieldType: 401,
  requestFieldOutOfRange: 402,
  requestFieldEmpty: 403,
  tooManyRequestFields: 404,
  outputRunning: 500,
  outputNotRunning: 501,
  outputPaused: 502,
  outputNotPaused: 503,
  outputDisabled: 504,
  studioModeActive: 505,
  studioModeNotActive: 506,
  resourceNotFound: 600,
  resourceAlreadyExists: 601,
  invalidResourceType: 602,
  notEnoughResources: 603,
  invalidResourceState: 604,
  invalidInputKind: 605,
  resourceNotConfigurable: 606,
  invalidFilterKind: 607,
  resourceCreationFailed: 700,
  resourceActionFailed: 701,
  requestProcessingFailed: 702,
  cannotAct: 703,
} as const
export type RequestStatusCode = (typeof requestStatus)[keyof typeof requestStatus]

/** How the requests of a batch are done. */
export const batchExecution = { serialRealtime: 0, serialFrame: 1, parallel: 2 } as const

/** Bits of event subscriptions. */
export const subscription = {
  general: 1 << 0,
  config: 1 << 1,
  scenes: 1 << 2,
  inputs: 1 << 3,
  transitions: 1 << 4,
  filters: 1 << 5,
  outputs: 1 << 6,
  sceneItems: 1 << 7,
  mediaInputs: 1 << 8,
  vendors: 1 << 9,
  ui: 1 << 10,
  canvases: 1 << 11,
  inputVolumeMeters: 1 << 16,
  inputActiveStateChanged: 1 << 17,
  inputShowStateChanged: 1 << 18,
  sceneItemTransformChanged: 1 << 19,
} as const

/** What a client is subscribed to that does not say: everything but the events of high volume. */
export const usualSubscriptions = (1 << 12) - 1

/** Every event with the bit that it belongs to. */
export const eventIntents = {
  CanvasCreated: subscription.canvases,
  CanvasRemoved: subscription.canvases,
  CanvasNameChanged: subscription.canvases,
  CurrentSceneCollectionChanging: subscription.config,
  CurrentSceneCollectionChanged: subscription.config,
  SceneCollectionListChanged: subscription.config,
  CurrentProfileChanging: subscription.config,
  CurrentProfileChanged: subscription.config,
  ProfileListChanged: subscription.config,
  SourceFilterListReindexed: subscription.filters,
  SourceFilterCreated: subscription.filters,
  SourceFilterRemoved: subscription.filters,
  SourceFilterNameChanged: subscription.filters,
  SourceFilterSettingsChanged: subscription.filters,
  SourceFilterEnableStateChanged: subscription.filters,
  ExitStarted: subscription.general,
  InputCreated: subscription.inputs,
  InputRemoved: subscription.inputs,
  InputNameChanged: subscription.inputs,
  InputSettingsChanged: subscription.inputs,
  InputActiveStateChanged: subscription.inputActiveStateChanged,
  InputShowStateChanged: subscription.inputShowStateChanged,
  InputMuteStateChanged: subscription.inputs,
  InputVolumeChanged: subscription.inputs,
  InputAudioBalanceChanged: subscription.inputs,
  InputAudioSyncOffsetChanged: subscription.inputs,
  InputAudioTracksChanged: subscription.inputs,
  InputAudioMonitorTypeChanged: subscription.inputs,
  InputVolumeMeters: subscription.inputVolumeMeters,
  MediaInputPlaybackStarted: subscription.mediaInputs,
  MediaInputPlaybackEnded: subscription.mediaInputs,
  MediaInputActionTriggered: subscription.mediaInputs,
  StreamStateChanged: subscription.outputs,
  RecordStateChanged: subscription.outputs,
  RecordFileChanged: subscription.outputs,
  ReplayBufferStateChanged: subscription.outputs,
  VirtualcamStateChanged: subscription.outputs,
  ReplayBufferSaved: subscription.outputs,
  SceneItemCreated: subscription.sceneItems,
  SceneItemRemoved: subscription.sceneItems,
  SceneItemListReindexed: subscription.sceneItems,
  SceneItemEnableStateChanged: subscription.sceneItems,
  SceneItemLockStateChanged: subscription.sceneItems,
  SceneItemSelected: subscription.sceneItems,
  SceneItemTransformChanged: subscription.sceneItemTransformChanged,
  SceneCreated: subscription.scenes,
  SceneRemoved: subscription.scenes,
  SceneNameChanged: subscription.scenes,
  CurrentProgramSceneChanged: subscription.scenes,
  CurrentPreviewSceneChanged: subscription.scenes,
  SceneListChanged: subscription.scenes,
  CurrentSceneTransitionChanged: subscription.transitions,
  CurrentSceneTransitionDurationChanged: subscription.transitions,
  SceneTransitionStarted: subscription.transitions,
  SceneTransitionEnded: subscription.transitions,
  SceneTransitionVideoEnded: subscription.transitions,
  StudioModeStateChanged: subscription.ui,
  ScreenshotSaved: subscription.ui,
  VendorEvent: subscription.vendors,
  CustomEvent: subscription.general,
} as const
export type ObsEventType = keyof typeof eventIntents

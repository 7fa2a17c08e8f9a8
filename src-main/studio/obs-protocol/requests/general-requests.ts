import { protocolVersion, rpcVersion } from '../../../formats/obs-websocket/protocol.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { type Action, actionFaults } from '../../document/schemas/action-schemas.ts'
import { obsVersion } from '../obs-version.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { type RequestFamily, toControl, toView } from './request-kind.ts'
import { imageFormats } from './screenshot-requests.ts'

/** Our own requests beyond the protocol, as those of a plug-in of OBS. */
const vendor = 'AMIStreams'

export const generalRequests: RequestFamily = {
  GetVersion: toView(({ available }) => ({
    obsVersion,
    obsWebSocketVersion: protocolVersion,
    rpcVersion,
    availableRequests: available,
    supportedImageFormats: imageFormats,
    platform: process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'macos' : process.platform,
    platformDescription: 'AMI Streams',
  })),
  GetStats: toView(async ({ studio, caller }) => {
    const { cpu, memoryBytes, framesPerSecond, renderMs, dropped, frames, encodings } = studio.engine.statistics()
    const free = await studio.freeBytes()
    return {
      cpuUsage: cpu * 100,
      memoryUsage: memoryBytes / 1024 ** 2,
      availableDiskSpace: (free ?? 0) / 1024 ** 2,
      activeFps: framesPerSecond,
      averageFrameRenderTime: renderMs,
      renderSkippedFrames: dropped,
      renderTotalFrames: frames,
      outputSkippedFrames: encodings.reduce((sum, { skipped }) => sum + skipped, 0),
      outputTotalFrames: encodings.reduce((sum, each) => sum + each.frames + each.skipped, 0),
      webSocketSessionIncomingMessages: caller.incoming,
      webSocketSessionOutgoingMessages: caller.outgoing,
    }
  }),
  BroadcastCustomEvent: toControl(({ fields, broadcast }) => {
    broadcast('CustomEvent', fields.part('eventData', { empty: true }))
    return undefined
  }),
  CallVendorRequest: toControl(async ({ fields, studio, caller }) => {
    const [vendorName, requestType] = [fields.text('vendorName'), fields.text('requestType')]
    if (vendorName !== vendor) throw new RequestFault('resourceNotFound', 'No vendor was found by that name.')
    if (requestType !== 'action') throw new RequestFault('resourceNotFound', 'No request was found by that name.')
    const action: unknown = fields.part('requestData')
    const [fault] = actionFaults(action, 'requestData')
    if (fault !== undefined) throw new RequestFault('invalidRequestField', `${fault.place}: ${fault.problem}`)
    const result = await studio.act(action as Action, caller.principal.id)
    return { vendorName, requestType, responseData: isRecord(result) ? result : {} }
  }),
  Sleep: toView(() => {
    throw new RequestFault('unsupportedRequestBatchExecutionType', 'Sleep is for batches whose requests come one after the other.')
  }),
}

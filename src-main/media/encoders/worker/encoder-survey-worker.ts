/** The process that tries encoders, one at a time: a driver that falls over takes only this process with it. */
import { connectToHost } from '../../../platform/workers/worker-side.ts'
import type { FromSurvey, ToSurvey } from '../encoder-survey.ts'

const host = connectToHost<ToSurvey, FromSurvey>(({ encoder }) => {
  void import('./measure-encoder.ts')
    .then(({ measureEncoder }) => measureEncoder(encoder))
    .then(
      (speed) => host.send({ name: encoder.name, speed, reason: null }),
      (error: Error) => host.send({ name: encoder.name, speed: null, reason: (error.message.split('\n')[0] as string).slice(0, 200) }),
    )
})
host.stopping.addEventListener('abort', () => host.end())
host.ready()

import type { Answer } from '../../../src-main/api/typed-api.ts'
import { Resource } from '../../client/resource.ts'

type MachineJob = Answer<'GET', '/network/machines/jobs/*'>

const shownLines = 400

/** One job with its log, as it goes on. */
export const machineJob = new Resource<`/network/machines/jobs/${string}`, MachineJob>({
  path: (id) => `/network/machines/jobs/${id}`,
  changed: {
    'network.job.updated': (job, { data }) => ((data as MachineJob).id === job.id ? { ...job, ...(data as MachineJob) } : job),
    'network.job.log': (job, { data }) => {
      const { id, line } = data as { id: string; line: string }
      return id === job.id ? { ...job, log: [...job.log, line].slice(-shownLines) } : job
    },
  },
})

import { readDescribedApi } from './described-api.ts'
import { type DescribedApi, permissionsDocument } from './permissions-document.ts'

process.stdout.write(permissionsDocument((await readDescribedApi()) as DescribedApi))

export { objectiveCall } from './objective-call.ts'

export { InvitePage, SetupPage } from './SetupPage'
export { LoginPage } from './LoginPage'

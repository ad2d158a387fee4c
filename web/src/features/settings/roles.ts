/** A viewer reads; a member also changes what belongs to a project; an admin manages projects, keys, tokens and members. */
export const ROLES = [{ value: 'viewer', label: 'viewer' }, { value: 'member', label: 'member' }, { value: 'admin', label: 'admin' }]

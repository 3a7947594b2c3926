/** All resolvers of the auth subgraph, one factory an operation. Called by auth.ts. */
import type { Resolvers } from '#schema/generated/auth_resolvers.ts';
import type { AuthParts } from '../parts.ts';
import { scalars } from '../scalars.ts';
import { createChangePassword } from './Mutation/changePassword.ts';
import { createLogin } from './Mutation/login.ts';
import { createLogout } from './Mutation/logout.ts';
import { createRefreshToken } from './Mutation/refreshToken.ts';
import { createRegister } from './Mutation/register.ts';
import { createRequestPasswordReset } from './Mutation/requestPasswordReset.ts';
import { createRequestPhoneVerification } from './Mutation/requestPhoneVerification.ts';
import { createResendEmailVerification } from './Mutation/resendEmailVerification.ts';
import { createResetPassword } from './Mutation/resetPassword.ts';
import { createRevokeAllSessions } from './Mutation/revokeAllSessions.ts';
import { createRevokeSession } from './Mutation/revokeSession.ts';
import { createUpdateProfile } from './Mutation/updateProfile.ts';
import { createVerifyEmail } from './Mutation/verifyEmail.ts';
import { createVerifyPhone } from './Mutation/verifyPhone.ts';
import { createSearchUsers } from './Query/searchUsers.ts';
import { createUserById } from './Query/user.ts';
import { createUserByHandle } from './Query/userByHandle.ts';
import { createViewer } from './Query/viewer.ts';
import { createUser } from './User.ts';

export function createResolvers(parts: AuthParts): Resolvers {
  return {
    ...scalars,
    User: createUser(parts),
    Query: {
      viewer: createViewer(parts),
      user: createUserById(parts),
      userByHandle: createUserByHandle(parts),
      searchUsers: createSearchUsers(parts),
    },
    Mutation: {
      register: createRegister(parts),
      verifyEmail: createVerifyEmail(parts),
      resendEmailVerification: createResendEmailVerification(parts),
      login: createLogin(parts),
      refreshToken: createRefreshToken(parts),
      logout: createLogout(parts),
      revokeSession: createRevokeSession(parts),
      revokeAllSessions: createRevokeAllSessions(parts),
      requestPhoneVerification: createRequestPhoneVerification(parts),
      verifyPhone: createVerifyPhone(parts),
      requestPasswordReset: createRequestPasswordReset(parts),
      resetPassword: createResetPassword(parts),
      changePassword: createChangePassword(parts),
      updateProfile: createUpdateProfile(parts),
    },
  };
}

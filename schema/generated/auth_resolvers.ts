import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { SubgraphContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in UTC, ISO 8601 with milliseconds, e.g. 2026-01-31T12:00:00.000Z. */
  DateTime: { input: Date; output: Date; }
  /** An e-mail address; compared without regard to case. */
  EmailAddress: { input: string; output: string; }
  /** A phone number in E.164 form, e.g. +4915112345678. */
  PhoneNumber: { input: string; output: string; }
  /** An absolute http or https URL. */
  URL: { input: string; output: string; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** An answer that never tells whether an account exists. */
export type Accepted = {
  __typename?: 'Accepted';
  /** Always true. */
  accepted: Scalars['Boolean']['output'];
};

/** Both passwords. */
export type ChangePasswordInput = {
  /** The password so far. */
  currentPassword: Scalars['String']['input'];
  /** 8 to 128 characters, not a common one. */
  newPassword: Scalars['String']['input'];
};

/** Outcome of changePassword. */
export type ChangePasswordResult = ChangePasswordSuccess | CredentialsInvalid | ValidationFailed;

/** The password is changed. */
export type ChangePasswordSuccess = {
  __typename?: 'ChangePasswordSuccess';
  /** The account. */
  viewer: Viewer;
};

/** The code is wrong, used, expired or was never sent. */
export type CodeInvalid = MutationError & {
  __typename?: 'CodeInvalid';
  /** Tries left before a new code is needed; null when that can't be told. */
  attemptsLeft?: Maybe<Scalars['Int']['output']>;
  /** CODE_INVALID. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** No account has this name and password. */
export type CredentialsInvalid = MutationError & {
  __typename?: 'CredentialsInvalid';
  /** CREDENTIALS_INVALID. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** The password is right, the address was never proven; a new code is on its way. */
export type EmailNotVerified = MutationError & {
  __typename?: 'EmailNotVerified';
  /** EMAIL_NOT_VERIFIED. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Another account has this handle. */
export type HandleTaken = MutationError & {
  __typename?: 'HandleTaken';
  /** HANDLE_TAKEN. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Name and password. */
export type LoginInput = {
  /** A handle, an e-mail address or a verified phone number. */
  identifier: Scalars['String']['input'];
  /** The second factor, if the account asks for one. */
  oneTimeCode?: InputMaybe<Scalars['String']['input']>;
  /** The password. */
  password: Scalars['String']['input'];
};

/** Outcome of login. */
export type LoginResult = CredentialsInvalid | EmailNotVerified | SignedIn | TooManyAttempts | TwoFactorRequired;

export type Mutation = {
  __typename?: 'Mutation';
  /** Changes the password and ends all other sessions. */
  changePassword: ChangePasswordResult;
  /** Signs in. */
  login: LoginResult;
  /** Ends this session; its open streams end within 5 s. */
  logout: Accepted;
  /** Trades a refresh token for new tokens. Using one twice ends the session, unless the repeat comes within 10 s. */
  refreshToken: RefreshTokenResult;
  /** Creates an account and mails a 6-digit code to it; verifyEmail activates it. The answer is the same for an address that has an account. */
  register: RegisterResult;
  /** Mails a code for resetPassword if the address has an account. */
  requestPasswordReset: Accepted;
  /** Texts a 6-digit code to the number. */
  requestPhoneVerification: RequestPhoneVerificationResult;
  /** Mails a new code if the address waits for one and it is clear whose registration is meant; registering again or logging in always gets one. */
  resendEmailVerification: Accepted;
  /** Sets a new password with the mailed code, ends all sessions and signs in. */
  resetPassword: ResetPasswordResult;
  /** Ends all sessions of the viewer, this one too. */
  revokeAllSessions: Accepted;
  /** Ends one of the viewer's sessions. */
  revokeSession: RevokeSessionResult;
  /** Changes what everyone sees of the viewer; absent fields stay as they are. */
  updateProfile: UpdateProfileResult;
  /** Activates the account with the mailed code and signs it in. */
  verifyEmail: VerifyEmailResult;
  /** Proves the number with the texted code. */
  verifyPhone: VerifyPhoneResult;
};


export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


export type MutationLoginArgs = {
  input: LoginInput;
};


export type MutationRefreshTokenArgs = {
  refreshToken: Scalars['String']['input'];
};


export type MutationRegisterArgs = {
  input: RegisterInput;
};


export type MutationRequestPasswordResetArgs = {
  email: Scalars['EmailAddress']['input'];
};


export type MutationRequestPhoneVerificationArgs = {
  phone: Scalars['PhoneNumber']['input'];
};


export type MutationResendEmailVerificationArgs = {
  email: Scalars['EmailAddress']['input'];
};


export type MutationResetPasswordArgs = {
  input: ResetPasswordInput;
};


export type MutationRevokeSessionArgs = {
  id: Scalars['ID']['input'];
};


export type MutationUpdateProfileArgs = {
  input: UpdateProfileInput;
};


export type MutationVerifyEmailArgs = {
  input: VerifyEmailInput;
};


export type MutationVerifyPhoneArgs = {
  input: VerifyPhoneInput;
};

/** A failure the caller is expected to handle, returned as a member of the mutation's result union. */
export type MutationError = {
  /** For programs: one of the codes in docs/errors.md. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault, from the input object down. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Where a page stands in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Cursor of the last item of this page. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** More items follow this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Items precede this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first item of this page. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** A code is on its way. */
export type PhoneVerificationSent = {
  __typename?: 'PhoneVerificationSent';
  /** When the code ends. */
  expiresAt: Scalars['DateTime']['output'];
  /** Where it went. */
  phone: Scalars['PhoneNumber']['output'];
};

export type Query = {
  __typename?: 'Query';
  /** Users whose handle or display name starts with the query, best match first. */
  searchUsers: UserConnection;
  /** The user with this id; null if there is none. */
  user?: Maybe<User>;
  /** The user with this handle; null if there is none. */
  userByHandle?: Maybe<User>;
  /** The signed-in account; null without a valid access token. */
  viewer?: Maybe<Viewer>;
};


export type QuerySearchUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  query: Scalars['String']['input'];
};


export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};


export type QueryUserByHandleArgs = {
  handle: Scalars['String']['input'];
};

/** The token is unknown, used, expired or revoked: sign in again. */
export type RefreshTokenInvalid = MutationError & {
  __typename?: 'RefreshTokenInvalid';
  /** REFRESH_TOKEN_INVALID. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Outcome of refreshToken. */
export type RefreshTokenResult = RefreshTokenInvalid | SignedIn;

/** Who registers. */
export type RegisterInput = {
  /** 1 to 64 characters. */
  displayName: Scalars['String']['input'];
  /** Where the code goes. */
  email: Scalars['EmailAddress']['input'];
  /** 3 to 30 characters of a-z, 0-9 and underscore; case is ignored. */
  handle: Scalars['String']['input'];
  /** 8 to 128 characters, not a common one, not made of the other fields. */
  password: Scalars['String']['input'];
};

/** Outcome of register. */
export type RegisterResult = HandleTaken | RegisterSuccess | ValidationFailed;

/** A code is on its way. */
export type RegisterSuccess = {
  __typename?: 'RegisterSuccess';
  /** Where it went. */
  email: Scalars['EmailAddress']['output'];
};

/** Outcome of requestPhoneVerification. */
export type RequestPhoneVerificationResult = PhoneVerificationSent | TooManyAttempts | ValidationFailed;

/** Address, code and new password. */
export type ResetPasswordInput = {
  /** The 6 digits of the mail. */
  code: Scalars['String']['input'];
  /** Address of the account. */
  email: Scalars['EmailAddress']['input'];
  /** 8 to 128 characters, not a common one. */
  newPassword: Scalars['String']['input'];
};

/** Outcome of resetPassword. */
export type ResetPasswordResult = CodeInvalid | SignedIn | ValidationFailed;

/** Outcome of revokeSession. */
export type RevokeSessionResult = RevokeSessionSuccess | SessionNotFound;

/** The session is ended. */
export type RevokeSessionSuccess = {
  __typename?: 'RevokeSessionSuccess';
  /** Its id. */
  id: Scalars['ID']['output'];
};

/** One place where the account is signed in. */
export type Session = {
  __typename?: 'Session';
  /** When it was signed in. */
  createdAt: Scalars['DateTime']['output'];
  /** Whether it is the session of this request. */
  current: Scalars['Boolean']['output'];
  /** Opaque and stable. */
  id: Scalars['ID']['output'];
  /** Address the client came from. */
  ipAddress?: Maybe<Scalars['String']['output']>;
  /** When its tokens were last renewed. */
  lastSeenAt: Scalars['DateTime']['output'];
  /** What the client said it is. */
  userAgent?: Maybe<Scalars['String']['output']>;
};

/** The viewer has no such session. */
export type SessionNotFound = MutationError & {
  __typename?: 'SessionNotFound';
  /** SESSION_NOT_FOUND. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Signed in. */
export type SignedIn = {
  __typename?: 'SignedIn';
  /** The tokens of the new session. */
  tokens: Tokens;
  /** The account. */
  viewer: Viewer;
};

/** What signing in yields. The access token is a JWT (minutes); the refresh token is opaque and rotates on every use. */
export type Tokens = {
  __typename?: 'Tokens';
  /** Send it as `authorization: Bearer …`, over WebSocket inside connection_init. */
  accessToken: Scalars['String']['output'];
  /** When the access token ends. */
  accessTokenExpiresAt: Scalars['DateTime']['output'];
  /** Hand it to refreshToken once; keep it secret. */
  refreshToken: Scalars['String']['output'];
  /** When the refresh token ends unused. */
  refreshTokenExpiresAt: Scalars['DateTime']['output'];
};

/** Too many tries; wait. */
export type TooManyAttempts = MutationError & {
  __typename?: 'TooManyAttempts';
  /** TOO_MANY_ATTEMPTS. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
  /** Milliseconds until a try counts again. */
  retryAfterMs: Scalars['Int']['output'];
};

/** The password is right; repeat with oneTimeCode. */
export type TwoFactorRequired = MutationError & {
  __typename?: 'TwoFactorRequired';
  /** TWO_FACTOR_REQUIRED. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** What to change; absent fields stay as they are, an explicit null clears avatarUrl or bio. */
export type UpdateProfileInput = {
  /** Picture to show. */
  avatarUrl?: InputMaybe<Scalars['URL']['input']>;
  /** At most 500 characters. */
  bio?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 64 characters. */
  displayName?: InputMaybe<Scalars['String']['input']>;
  /** 3 to 30 characters of a-z, 0-9 and underscore. */
  handle?: InputMaybe<Scalars['String']['input']>;
};

/** Outcome of updateProfile. */
export type UpdateProfileResult = HandleTaken | UpdateProfileSuccess | ValidationFailed;

/** The profile is changed. */
export type UpdateProfileSuccess = {
  __typename?: 'UpdateProfileSuccess';
  /** The account. */
  viewer: Viewer;
};

/** A person with an account, as everyone may see them. */
export type User = {
  __typename?: 'User';
  /** Picture to show. */
  avatarUrl?: Maybe<Scalars['URL']['output']>;
  /** A few words about themselves. */
  bio?: Maybe<Scalars['String']['output']>;
  /** When the account was registered. */
  createdAt: Scalars['DateTime']['output'];
  /** The name to show. */
  displayName: Scalars['String']['output'];
  /** Unique name, 3 to 30 characters of a-z, 0-9 and underscore. */
  handle: Scalars['String']['output'];
  /** Opaque and stable. */
  id: Scalars['ID']['output'];
};

/** A page of users. */
export type UserConnection = {
  __typename?: 'UserConnection';
  /** The users with their positions. */
  edges: Array<UserEdge>;
  /** The users. */
  nodes: Array<User>;
  /** Where this page stands. */
  pageInfo: PageInfo;
};

/** A user in a list, with its position. */
export type UserEdge = {
  __typename?: 'UserEdge';
  /** Position of this user, for `after`. */
  cursor: Scalars['String']['output'];
  /** The user. */
  node: User;
};

/** An input broke a rule; nothing was changed. */
export type ValidationFailed = MutationError & {
  __typename?: 'ValidationFailed';
  /** VALIDATION_FAILED. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Address and code. */
export type VerifyEmailInput = {
  /** The 6 digits of the mail. */
  code: Scalars['String']['input'];
  /** The address that was registered. */
  email: Scalars['EmailAddress']['input'];
};

/** Outcome of verifyEmail. */
export type VerifyEmailResult = CodeInvalid | SignedIn;

/** Number and code. */
export type VerifyPhoneInput = {
  /** The 6 digits of the text message. */
  code: Scalars['String']['input'];
  /** The number the code was texted to. */
  phone: Scalars['PhoneNumber']['input'];
};

/** Outcome of verifyPhone. */
export type VerifyPhoneResult = CodeInvalid | VerifyPhoneSuccess;

/** The number is proven. */
export type VerifyPhoneSuccess = {
  __typename?: 'VerifyPhoneSuccess';
  /** The account. */
  viewer: Viewer;
};

/** The signed-in account as only its owner sees it. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The address codes and notices go to. */
  email: Scalars['EmailAddress']['output'];
  /** Whether the address was proven. */
  emailVerified: Scalars['Boolean']['output'];
  /** The phone number, once one was verified. */
  phone?: Maybe<Scalars['PhoneNumber']['output']>;
  /** Whether the phone number was proven. */
  phoneVerified: Scalars['Boolean']['output'];
  /** Everywhere the account is signed in, newest first. */
  sessions: Array<Session>;
  /** Whether signing in asks for a second factor. */
  twoFactorEnabled: Scalars['Boolean']['output'];
  /** What everyone sees of it. */
  user: User;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  User: User;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  ChangePasswordResult:
    | ( ChangePasswordSuccess & { __typename: 'ChangePasswordSuccess' } )
    | ( CredentialsInvalid & { __typename: 'CredentialsInvalid' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  LoginResult:
    | ( CredentialsInvalid & { __typename: 'CredentialsInvalid' } )
    | ( EmailNotVerified & { __typename: 'EmailNotVerified' } )
    | ( SignedIn & { __typename: 'SignedIn' } )
    | ( TooManyAttempts & { __typename: 'TooManyAttempts' } )
    | ( TwoFactorRequired & { __typename: 'TwoFactorRequired' } )
  ;
  RefreshTokenResult:
    | ( RefreshTokenInvalid & { __typename: 'RefreshTokenInvalid' } )
    | ( SignedIn & { __typename: 'SignedIn' } )
  ;
  RegisterResult:
    | ( HandleTaken & { __typename: 'HandleTaken' } )
    | ( RegisterSuccess & { __typename: 'RegisterSuccess' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  RequestPhoneVerificationResult:
    | ( PhoneVerificationSent & { __typename: 'PhoneVerificationSent' } )
    | ( TooManyAttempts & { __typename: 'TooManyAttempts' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  ResetPasswordResult:
    | ( CodeInvalid & { __typename: 'CodeInvalid' } )
    | ( SignedIn & { __typename: 'SignedIn' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  RevokeSessionResult:
    | ( RevokeSessionSuccess & { __typename: 'RevokeSessionSuccess' } )
    | ( SessionNotFound & { __typename: 'SessionNotFound' } )
  ;
  UpdateProfileResult:
    | ( HandleTaken & { __typename: 'HandleTaken' } )
    | ( UpdateProfileSuccess & { __typename: 'UpdateProfileSuccess' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  VerifyEmailResult:
    | ( CodeInvalid & { __typename: 'CodeInvalid' } )
    | ( SignedIn & { __typename: 'SignedIn' } )
  ;
  VerifyPhoneResult:
    | ( CodeInvalid & { __typename: 'CodeInvalid' } )
    | ( VerifyPhoneSuccess & { __typename: 'VerifyPhoneSuccess' } )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  MutationError:
    | ( CodeInvalid )
    | ( CredentialsInvalid )
    | ( EmailNotVerified )
    | ( HandleTaken )
    | ( RefreshTokenInvalid )
    | ( SessionNotFound )
    | ( TooManyAttempts )
    | ( TwoFactorRequired )
    | ( ValidationFailed )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Accepted: ResolverTypeWrapper<Accepted>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  ChangePasswordInput: ChangePasswordInput;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ChangePasswordResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ChangePasswordResult']>;
  ChangePasswordSuccess: ResolverTypeWrapper<ChangePasswordSuccess>;
  CodeInvalid: ResolverTypeWrapper<CodeInvalid>;
  CredentialsInvalid: ResolverTypeWrapper<CredentialsInvalid>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  EmailAddress: ResolverTypeWrapper<Scalars['EmailAddress']['output']>;
  EmailNotVerified: ResolverTypeWrapper<EmailNotVerified>;
  HandleTaken: ResolverTypeWrapper<HandleTaken>;
  LoginInput: LoginInput;
  LoginResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['LoginResult']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  MutationError: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['MutationError']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PhoneNumber: ResolverTypeWrapper<Scalars['PhoneNumber']['output']>;
  PhoneVerificationSent: ResolverTypeWrapper<PhoneVerificationSent>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RefreshTokenInvalid: ResolverTypeWrapper<RefreshTokenInvalid>;
  RefreshTokenResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RefreshTokenResult']>;
  RegisterInput: RegisterInput;
  RegisterResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RegisterResult']>;
  RegisterSuccess: ResolverTypeWrapper<RegisterSuccess>;
  RequestPhoneVerificationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RequestPhoneVerificationResult']>;
  ResetPasswordInput: ResetPasswordInput;
  ResetPasswordResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ResetPasswordResult']>;
  RevokeSessionResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RevokeSessionResult']>;
  RevokeSessionSuccess: ResolverTypeWrapper<RevokeSessionSuccess>;
  Session: ResolverTypeWrapper<Session>;
  SessionNotFound: ResolverTypeWrapper<SessionNotFound>;
  SignedIn: ResolverTypeWrapper<SignedIn>;
  Tokens: ResolverTypeWrapper<Tokens>;
  TooManyAttempts: ResolverTypeWrapper<TooManyAttempts>;
  TwoFactorRequired: ResolverTypeWrapper<TwoFactorRequired>;
  URL: ResolverTypeWrapper<Scalars['URL']['output']>;
  UpdateProfileInput: UpdateProfileInput;
  UpdateProfileResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['UpdateProfileResult']>;
  UpdateProfileSuccess: ResolverTypeWrapper<UpdateProfileSuccess>;
  User: ResolverTypeWrapper<User>;
  UserConnection: ResolverTypeWrapper<UserConnection>;
  UserEdge: ResolverTypeWrapper<UserEdge>;
  ValidationFailed: ResolverTypeWrapper<ValidationFailed>;
  VerifyEmailInput: VerifyEmailInput;
  VerifyEmailResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['VerifyEmailResult']>;
  VerifyPhoneInput: VerifyPhoneInput;
  VerifyPhoneResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['VerifyPhoneResult']>;
  VerifyPhoneSuccess: ResolverTypeWrapper<VerifyPhoneSuccess>;
  Viewer: ResolverTypeWrapper<Viewer>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Accepted: Accepted;
  Boolean: Scalars['Boolean']['output'];
  ChangePasswordInput: ChangePasswordInput;
  String: Scalars['String']['output'];
  ChangePasswordResult: ResolversUnionTypes<ResolversParentTypes>['ChangePasswordResult'];
  ChangePasswordSuccess: ChangePasswordSuccess;
  CodeInvalid: CodeInvalid;
  CredentialsInvalid: CredentialsInvalid;
  DateTime: Scalars['DateTime']['output'];
  EmailAddress: Scalars['EmailAddress']['output'];
  EmailNotVerified: EmailNotVerified;
  HandleTaken: HandleTaken;
  LoginInput: LoginInput;
  LoginResult: ResolversUnionTypes<ResolversParentTypes>['LoginResult'];
  Mutation: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  MutationError: ResolversInterfaceTypes<ResolversParentTypes>['MutationError'];
  PageInfo: PageInfo;
  PhoneNumber: Scalars['PhoneNumber']['output'];
  PhoneVerificationSent: PhoneVerificationSent;
  Query: Record<PropertyKey, never>;
  RefreshTokenInvalid: RefreshTokenInvalid;
  RefreshTokenResult: ResolversUnionTypes<ResolversParentTypes>['RefreshTokenResult'];
  RegisterInput: RegisterInput;
  RegisterResult: ResolversUnionTypes<ResolversParentTypes>['RegisterResult'];
  RegisterSuccess: RegisterSuccess;
  RequestPhoneVerificationResult: ResolversUnionTypes<ResolversParentTypes>['RequestPhoneVerificationResult'];
  ResetPasswordInput: ResetPasswordInput;
  ResetPasswordResult: ResolversUnionTypes<ResolversParentTypes>['ResetPasswordResult'];
  RevokeSessionResult: ResolversUnionTypes<ResolversParentTypes>['RevokeSessionResult'];
  RevokeSessionSuccess: RevokeSessionSuccess;
  Session: Session;
  SessionNotFound: SessionNotFound;
  SignedIn: SignedIn;
  Tokens: Tokens;
  TooManyAttempts: TooManyAttempts;
  TwoFactorRequired: TwoFactorRequired;
  URL: Scalars['URL']['output'];
  UpdateProfileInput: UpdateProfileInput;
  UpdateProfileResult: ResolversUnionTypes<ResolversParentTypes>['UpdateProfileResult'];
  UpdateProfileSuccess: UpdateProfileSuccess;
  User: User | FederationReferenceTypes['User'];
  UserConnection: UserConnection;
  UserEdge: UserEdge;
  ValidationFailed: ValidationFailed;
  VerifyEmailInput: VerifyEmailInput;
  VerifyEmailResult: ResolversUnionTypes<ResolversParentTypes>['VerifyEmailResult'];
  VerifyPhoneInput: VerifyPhoneInput;
  VerifyPhoneResult: ResolversUnionTypes<ResolversParentTypes>['VerifyPhoneResult'];
  VerifyPhoneSuccess: VerifyPhoneSuccess;
  Viewer: Viewer;
  Int: Scalars['Int']['output'];
};

export type CacheControlDirectiveArgs = {
  maxAge: Scalars['Int']['input'];
};

export type CacheControlDirectiveResolver<Result, Parent, ContextType = SubgraphContext, Args = CacheControlDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AcceptedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Accepted'] = ResolversParentTypes['Accepted']> = {
  accepted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ChangePasswordResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ChangePasswordResult'] = ResolversParentTypes['ChangePasswordResult']> = {
  __resolveType: TypeResolveFn<'ChangePasswordSuccess' | 'CredentialsInvalid' | 'ValidationFailed', ParentType, ContextType>;
};

export type ChangePasswordSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ChangePasswordSuccess'] = ResolversParentTypes['ChangePasswordSuccess']> = {
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CodeInvalidResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['CodeInvalid'] = ResolversParentTypes['CodeInvalid']> = {
  attemptsLeft?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CredentialsInvalidResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['CredentialsInvalid'] = ResolversParentTypes['CredentialsInvalid']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface EmailAddressScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['EmailAddress'], any> {
  name: 'EmailAddress';
}

export type EmailNotVerifiedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['EmailNotVerified'] = ResolversParentTypes['EmailNotVerified']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type HandleTakenResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['HandleTaken'] = ResolversParentTypes['HandleTaken']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LoginResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['LoginResult'] = ResolversParentTypes['LoginResult']> = {
  __resolveType: TypeResolveFn<'CredentialsInvalid' | 'EmailNotVerified' | 'SignedIn' | 'TooManyAttempts' | 'TwoFactorRequired', ParentType, ContextType>;
};

export type MutationResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  changePassword?: Resolver<ResolversTypes['ChangePasswordResult'], ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'input'>>;
  login?: Resolver<ResolversTypes['LoginResult'], ParentType, ContextType, RequireFields<MutationLoginArgs, 'input'>>;
  logout?: Resolver<ResolversTypes['Accepted'], ParentType, ContextType>;
  refreshToken?: Resolver<ResolversTypes['RefreshTokenResult'], ParentType, ContextType, RequireFields<MutationRefreshTokenArgs, 'refreshToken'>>;
  register?: Resolver<ResolversTypes['RegisterResult'], ParentType, ContextType, RequireFields<MutationRegisterArgs, 'input'>>;
  requestPasswordReset?: Resolver<ResolversTypes['Accepted'], ParentType, ContextType, RequireFields<MutationRequestPasswordResetArgs, 'email'>>;
  requestPhoneVerification?: Resolver<ResolversTypes['RequestPhoneVerificationResult'], ParentType, ContextType, RequireFields<MutationRequestPhoneVerificationArgs, 'phone'>>;
  resendEmailVerification?: Resolver<ResolversTypes['Accepted'], ParentType, ContextType, RequireFields<MutationResendEmailVerificationArgs, 'email'>>;
  resetPassword?: Resolver<ResolversTypes['ResetPasswordResult'], ParentType, ContextType, RequireFields<MutationResetPasswordArgs, 'input'>>;
  revokeAllSessions?: Resolver<ResolversTypes['Accepted'], ParentType, ContextType>;
  revokeSession?: Resolver<ResolversTypes['RevokeSessionResult'], ParentType, ContextType, RequireFields<MutationRevokeSessionArgs, 'id'>>;
  updateProfile?: Resolver<ResolversTypes['UpdateProfileResult'], ParentType, ContextType, RequireFields<MutationUpdateProfileArgs, 'input'>>;
  verifyEmail?: Resolver<ResolversTypes['VerifyEmailResult'], ParentType, ContextType, RequireFields<MutationVerifyEmailArgs, 'input'>>;
  verifyPhone?: Resolver<ResolversTypes['VerifyPhoneResult'], ParentType, ContextType, RequireFields<MutationVerifyPhoneArgs, 'input'>>;
};

export type MutationErrorResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MutationError'] = ResolversParentTypes['MutationError']> = {
  __resolveType: TypeResolveFn<'CodeInvalid' | 'CredentialsInvalid' | 'EmailNotVerified' | 'HandleTaken' | 'RefreshTokenInvalid' | 'SessionNotFound' | 'TooManyAttempts' | 'TwoFactorRequired' | 'ValidationFailed', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface PhoneNumberScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['PhoneNumber'], any> {
  name: 'PhoneNumber';
}

export type PhoneVerificationSentResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['PhoneVerificationSent'] = ResolversParentTypes['PhoneVerificationSent']> = {
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  phone?: Resolver<ResolversTypes['PhoneNumber'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type QueryResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  searchUsers?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, RequireFields<QuerySearchUsersArgs, 'first' | 'query'>>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  userByHandle?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserByHandleArgs, 'handle'>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
};

export type RefreshTokenInvalidResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RefreshTokenInvalid'] = ResolversParentTypes['RefreshTokenInvalid']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RefreshTokenResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RefreshTokenResult'] = ResolversParentTypes['RefreshTokenResult']> = {
  __resolveType: TypeResolveFn<'RefreshTokenInvalid' | 'SignedIn', ParentType, ContextType>;
};

export type RegisterResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RegisterResult'] = ResolversParentTypes['RegisterResult']> = {
  __resolveType: TypeResolveFn<'HandleTaken' | 'RegisterSuccess' | 'ValidationFailed', ParentType, ContextType>;
};

export type RegisterSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RegisterSuccess'] = ResolversParentTypes['RegisterSuccess']> = {
  email?: Resolver<ResolversTypes['EmailAddress'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RequestPhoneVerificationResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RequestPhoneVerificationResult'] = ResolversParentTypes['RequestPhoneVerificationResult']> = {
  __resolveType: TypeResolveFn<'PhoneVerificationSent' | 'TooManyAttempts' | 'ValidationFailed', ParentType, ContextType>;
};

export type ResetPasswordResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ResetPasswordResult'] = ResolversParentTypes['ResetPasswordResult']> = {
  __resolveType: TypeResolveFn<'CodeInvalid' | 'SignedIn' | 'ValidationFailed', ParentType, ContextType>;
};

export type RevokeSessionResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RevokeSessionResult'] = ResolversParentTypes['RevokeSessionResult']> = {
  __resolveType: TypeResolveFn<'RevokeSessionSuccess' | 'SessionNotFound', ParentType, ContextType>;
};

export type RevokeSessionSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RevokeSessionSuccess'] = ResolversParentTypes['RevokeSessionSuccess']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SessionResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  current?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ipAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lastSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  userAgent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SessionNotFoundResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['SessionNotFound'] = ResolversParentTypes['SessionNotFound']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SignedInResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['SignedIn'] = ResolversParentTypes['SignedIn']> = {
  tokens?: Resolver<ResolversTypes['Tokens'], ParentType, ContextType>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TokensResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Tokens'] = ResolversParentTypes['Tokens']> = {
  accessToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  accessTokenExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  refreshToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  refreshTokenExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type TooManyAttemptsResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['TooManyAttempts'] = ResolversParentTypes['TooManyAttempts']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  retryAfterMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TwoFactorRequiredResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['TwoFactorRequired'] = ResolversParentTypes['TwoFactorRequired']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface UrlScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['URL'], any> {
  name: 'URL';
}

export type UpdateProfileResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['UpdateProfileResult'] = ResolversParentTypes['UpdateProfileResult']> = {
  __resolveType: TypeResolveFn<'HandleTaken' | 'UpdateProfileSuccess' | 'ValidationFailed', ParentType, ContextType>;
};

export type UpdateProfileSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['UpdateProfileSuccess'] = ResolversParentTypes['UpdateProfileSuccess']> = {
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  avatarUrl?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
  bio?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  displayName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  handle?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges?: Resolver<Array<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type ValidationFailedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ValidationFailed'] = ResolversParentTypes['ValidationFailed']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VerifyEmailResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['VerifyEmailResult'] = ResolversParentTypes['VerifyEmailResult']> = {
  __resolveType: TypeResolveFn<'CodeInvalid' | 'SignedIn', ParentType, ContextType>;
};

export type VerifyPhoneResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['VerifyPhoneResult'] = ResolversParentTypes['VerifyPhoneResult']> = {
  __resolveType: TypeResolveFn<'CodeInvalid' | 'VerifyPhoneSuccess', ParentType, ContextType>;
};

export type VerifyPhoneSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['VerifyPhoneSuccess'] = ResolversParentTypes['VerifyPhoneSuccess']> = {
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  email?: Resolver<ResolversTypes['EmailAddress'], ParentType, ContextType>;
  emailVerified?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  phone?: Resolver<Maybe<ResolversTypes['PhoneNumber']>, ParentType, ContextType>;
  phoneVerified?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  sessions?: Resolver<Array<ResolversTypes['Session']>, ParentType, ContextType>;
  twoFactorEnabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type Resolvers<ContextType = SubgraphContext> = {
  Accepted?: AcceptedResolvers<ContextType>;
  ChangePasswordResult?: ChangePasswordResultResolvers<ContextType>;
  ChangePasswordSuccess?: ChangePasswordSuccessResolvers<ContextType>;
  CodeInvalid?: CodeInvalidResolvers<ContextType>;
  CredentialsInvalid?: CredentialsInvalidResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  EmailAddress?: GraphQLScalarType;
  EmailNotVerified?: EmailNotVerifiedResolvers<ContextType>;
  HandleTaken?: HandleTakenResolvers<ContextType>;
  LoginResult?: LoginResultResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  MutationError?: MutationErrorResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PhoneNumber?: GraphQLScalarType;
  PhoneVerificationSent?: PhoneVerificationSentResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RefreshTokenInvalid?: RefreshTokenInvalidResolvers<ContextType>;
  RefreshTokenResult?: RefreshTokenResultResolvers<ContextType>;
  RegisterResult?: RegisterResultResolvers<ContextType>;
  RegisterSuccess?: RegisterSuccessResolvers<ContextType>;
  RequestPhoneVerificationResult?: RequestPhoneVerificationResultResolvers<ContextType>;
  ResetPasswordResult?: ResetPasswordResultResolvers<ContextType>;
  RevokeSessionResult?: RevokeSessionResultResolvers<ContextType>;
  RevokeSessionSuccess?: RevokeSessionSuccessResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  SessionNotFound?: SessionNotFoundResolvers<ContextType>;
  SignedIn?: SignedInResolvers<ContextType>;
  Tokens?: TokensResolvers<ContextType>;
  TooManyAttempts?: TooManyAttemptsResolvers<ContextType>;
  TwoFactorRequired?: TwoFactorRequiredResolvers<ContextType>;
  URL?: GraphQLScalarType;
  UpdateProfileResult?: UpdateProfileResultResolvers<ContextType>;
  UpdateProfileSuccess?: UpdateProfileSuccessResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
  ValidationFailed?: ValidationFailedResolvers<ContextType>;
  VerifyEmailResult?: VerifyEmailResultResolvers<ContextType>;
  VerifyPhoneResult?: VerifyPhoneResultResolvers<ContextType>;
  VerifyPhoneSuccess?: VerifyPhoneSuccessResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = SubgraphContext> = {
  cacheControl?: CacheControlDirectiveResolver<any, any, ContextType>;
};

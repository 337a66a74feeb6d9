/** The one table of error codes, on both sides. 10000 to 10608 and the eight-digit ones are AliRTC's; 20001 and up are ours. */

// Devices
/** Unknown device failure. */
export const ERROR_DEVICE_UNKNOWNERROR = 10000
/** No microphone. */
export const ERROR_DEVICE_AUDIODEVICENOTFOUND = 10001
/** No camera. */
export const ERROR_DEVICE_VIDEODEVICENOTFOUND = 10002
/** Microphone denied in the browser. */
export const ERROR_DEVICE_AUDIODEVICENOTALLOWED = 10003
/** Camera denied in the browser. */
export const ERROR_DEVICE_VIDEODEVICENOTALLOWED = 10004
/** Microphone blocked by the system or in use. */
export const ERROR_DEVICE_AUDIODEVICENOTREADABLE = 10005
/** Camera blocked by the system or in use. */
export const ERROR_DEVICE_VIDEODEVICENOTREADABLE = 10006
/** The device cannot satisfy the constraints (the original's spelling). */
export const ERROR_DEVICE_CONSTRAINEDDERROR = 10007
/** Microphone unplugged, or its track ended. */
export const ERROR_DEVICE_AUDIO_ENDED = 10008
/** Camera unplugged, or its track ended. */
export const ERROR_DEVICE_VIDEO_ENDED = 10009

// Screen share
/** Screen share failed, reason unknown. */
export const ERROR_SCREENSHARE_UNKNOWNERROR = 10010
/** Picker cancelled or denied. */
export const ERROR_SCREENSHARE_NOTALLOWED = 10011
/** Sharing stopped by the user. */
export const ERROR_SCREENSHARE_ENDED = 10012
/** The system's permission is missing. */
export const ERROR_SCREENSHARE_NOPERMISSION = 10013
/** InvalidAccessError. */
export const ERROR_SCREENSHARE_INVALIDACCESS = 10014
/** AbortError. */
export const ERROR_SCREENSHARE_ABORTERROR = 10015
/** InvalidStateError: no user gesture, or the page has no focus. */
export const ERROR_SCREENSHARE_INVALIDSTATEERROR = 10016
/** TypeError. */
export const ERROR_SCREENSHARE_TYPEERROR = 10017

// Browser
/** No WebRTC. */
export const ERROR_NOTSUPPORT_WEBRTC = 10020
/** The page is neither HTTPS nor localhost. */
export const ERROR_NEEDHTTPS = 10021
/** The device API is missing. */
export const ERROR_NOTSUPPORT_DEVICE = 10022
/** No video codec in common with the server (the original: no H.264). */
export const ERROR_NOTSUPPORT_H264 = 10023
/** Browser not supported. */
export const ERROR_NOTSUPPORT_BROWSER = 10024
/** Screen share not possible here. */
export const ERROR_NOTSUPPORT_SCREENSHARE = 10025
/** The audio output is not there, or not allowed. */
export const ERROR_NOTSUPPORT_SETOUTPUTDEVICE = 10030
/** The browser cannot choose an audio output. */
export const ERROR_NOTSUPPORT_SETSINKID = 10040

// Options
/** Not available in channel profile 2. Not raised: profile 2 is treated as 1. */
export const ERROR_OPTIONS_CHANNELPROFILE_CDNLIVE = 10101
/** Only available in channel profile 2. Not raised: profile 2 is treated as 1. */
export const ERROR_OPTIONS_CHANNELPROFILE_RTC = 10111
/** The audience cannot publish. */
export const ERROR_OPTIONS_LIVE_CANNOT_PUBLISH = 10112
/** Video asked for in audio-only mode. */
export const ERROR_OPTIONS_AUDIO_ONLY = 10120
/** Camera asked for while enableCamera is false. */
export const ERROR_OPTIONS_ENABLECAMERA = 10130
/** No such user in the channel. */
export const ERROR_NO_USER = 10140
/** No server of gslb could be reached. */
export const ERROR_NO_ROOMSERVER = 10150
/** The directory knew no usable server. Not raised: there is no directory. */
export const ERROR_NO_MATCH_ROOMSERVER = 10151

// Playback
/** Play() failed, reason unknown. */
export const ERROR_AUTOPLAY_UNKNOWN_ERROR = 10200
/** Autoplay refused: play again after a user gesture. */
export const ERROR_AUTOPLAY_ERROR = 10201

// Connection
/** The connection of channel profile 2 was lost. Not raised: profile 2 is treated as 1. */
export const ERROR_ICE_DISCONNECTED = 10300
/** The publishing connection was lost. */
export const ERROR_ICE_PUBLISH_DISCONNECTED = 10301
/** The subscribing connection was lost. */
export const ERROR_ICE_SUBSCRIBE_DISCONNECTED = 10302
/** Signalling lost. */
export const ERROR_HEARTBEAT_TIMEOUT = 10310
/** The session is unknown to the server. */
export const ERROR_NOSESSION = 10311
/** Nothing could be captured to publish. */
export const ERROR_PUBLISH_NOSTREAM = 10400
/** The server's answer could not be applied. */
export const ERROR_ANSWER_FAIL = 10401
/** Called while the previous call is still pending. */
export const ERROR_FREQUENTLY_OPERATION = 10500
/** The other side is a native client without H5 compatibility. Not raised: there are no native clients. */
export const ERROR_H5_COMPATIBLE_MODE = 10501

// Music mixing. Not raised: mixing is not in this release
/** Mixing failed, reason unknown. */
export const ERROR_AUDIOMIXING_UNKNOWN_ERROR = 10600
/** The file could not be loaded. */
export const ERROR_LOAD_AUDIO_FAILED = 10601
/** Not possible in the present state of the mix. */
export const ERROR_INVALID_AUDIO_MIXING_STATE = 10602
/** No AudioContext. */
export const ERROR_NOTSUPPORT_AUDIOCONTEXT = 10603
/** The browser wants a user gesture first. */
export const ERROR_AUTOPLAY_FAIL = 10604
/** What was loaded is no audio data. */
export const ERROR_NOT_ARRAYBUFFER = 10605
/** A parameter is missing (the original's spelling). */
export const ERROR_AUDIO_MIXING_MISSING_PARAME = 10606
/** The mix could not be started. */
export const ERROR_START_MIX_FAIL = 10607
/** The mix could not be resumed. */
export const ERROR_RESUME_AUDIO_FAIL = 10608

// Server family
/** Already in a channel, or joining one. */
export const ERROR_ALREADY_JOINED = 16843521
/** Leaving already. Not raised: leaving twice is leaving once. */
export const ERROR_ALREADY_LEAVING = 16843522
/** Not in a channel. */
export const ERROR_NOT_IN_CHANNEL = 16843524
/** Not publishing. */
export const ERROR_NOT_PUBLISHING = 16843778
/** The configuration to publish is invalid. Not raised: a wrong switch throws 16974081 at once. */
export const ERROR_PUBLISH_CONFIGURATION = 16843781
/** The configuration to subscribe is invalid. Not raised: a wrong switch throws 16974081 at once. */
export const ERROR_SUBSCRIBE_CONFIGURATION = 16844033
/** Role change refused: wrong profile, or still publishing. */
export const ERROR_ROLE_REFUSED = 16908560
/** Joining took too long. */
export const ERROR_JOIN_TIMEOUT = 16908804
/** Signalling fell silent. Not raised: 10310 is. */
export const ERROR_SIGNALLING_HEARTBEAT = 16908812
/** Bad parameter. */
export const ERROR_BAD_PARAMETER = 16974081
/** Not allowed in the current state. */
export const ERROR_WRONG_STATE = 16974340
/** The server refused to let the audience publish. */
export const ERROR_PUBLISH_WRONG_ROLE = 16974605
/** The remote stream does not exist, or nothing selected is active. */
export const ERROR_NO_STREAM = 16974851
/** A session id was used again. Not raised: the server makes them. */
export const ERROR_SESSION_REUSED = 33620228
/** The session was removed. Not raised: 10311 is. */
export const ERROR_SESSION_REMOVED = 33620229
/** The family's code of 10501. Not raised. */
export const ERROR_H5_MODE_MISMATCH = 33620257
/** The app id is unknown to the server. */
export const ERROR_APP_UNKNOWN = 33620481
/** The app is disabled. Not raised: a server has one app, which is on. */
export const ERROR_APP_DISABLED = 33620482
/** The channel is older than 48 h. Not raised: channels live as long as somebody is in them. */
export const ERROR_CHANNEL_EXPIRED = 33620483
/** The channel does not exist. */
export const ERROR_NO_CHANNEL = 33620484
/** The token does not match, or the nonce lacks its prefix. */
export const ERROR_TOKEN_INVALID = 33620485
/** The same user is still in the channel. Not raised: the newer login wins, the older gets `onBye` 3. */
export const ERROR_USER_STILL_IN_CHANNEL = 33621762
/** Joined with a profile different from the channel's. */
export const ERROR_OPTIONS_JOINCHANNEL = 33622275
/** The channel id is malformed. */
export const ERROR_CHANNEL_ID_MALFORMED = 83951633
/** The user id is malformed. */
export const ERROR_USER_ID_MALFORMED = 83951634
/** The token has expired. */
export const ERROR_TOKEN_EXPIRED = 84148226

// Earshot's own: the original has no code for these
/** The channel has as many members as the server allows. */
export const ERROR_CHANNEL_FULL = 20001
/** A signalling message was malformed; the field is named. */
export const ERROR_MALFORMED_MESSAGE = 20002
/** More messages than the server allows. */
export const ERROR_RATE_LIMITED = 20003
/** The server has reached a limit, or is shutting down. */
export const ERROR_SERVER_FULL = 20004
/** The server could not use a session description. */
export const ERROR_MEDIA_REFUSED = 20005
/** The server failed; its log says why. */
export const ERROR_INTERNAL = 20006
/** Audio cannot be metered; the message says why: a Content-Security-Policy, or no AudioWorklet. */
export const ERROR_AUDIO_METER = 20007

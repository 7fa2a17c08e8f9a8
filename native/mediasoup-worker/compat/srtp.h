// libsrtp 3 as the worker calls it, on top of libsrtp 2.5 or later.
// What differs: a policy is an opaque object filled through functions, and packets are protected from one buffer into
// another, whose size is checked. The calls are overloads of libsrtp 2's own names; only the policy's type is renamed.
#pragma once

#include <srtp2/srtp.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

// Codes that libsrtp 3 has beyond those of libsrtp 2.
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(srtp_err_status_pkt_idx_adv + 1);
inline constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(srtp_err_status_pkt_idx_adv + 2);

namespace srtp_compat
{
	// Bytes that SRTCP adds beside tag and MKI: its index with the encryption flag (RFC 3711 section 3.4).
	inline constexpr size_t RtcpIndexBytes = 4;

	class Policy
	{
	public:
		Policy()
		{
			this->inner.key = this->key;
		}

		// The key is erased through a volatile pointer, since the compiler would leave out a plain one.
		~Policy()
		{
			for (volatile unsigned char* byte = this->key; byte != this->key + sizeof(this->key); ++byte)
			{
				*byte = 0;
			}
		}

		Policy(const Policy&)            = delete;
		Policy& operator=(const Policy&) = delete;

		srtp_err_status_t SetProfile(srtp_profile_t profile)
		{
			const auto status = srtp_crypto_policy_set_from_profile_for_rtp(std::addressof(this->inner.rtp), profile);

			return status != srtp_err_status_ok
			         ? status
			         : srtp_crypto_policy_set_from_profile_for_rtcp(std::addressof(this->inner.rtcp), profile);
		}

		// libsrtp 2 wants master key and salt behind each other.
		srtp_err_status_t SetKey(const uint8_t* master, size_t masterLen, const uint8_t* salt, size_t saltLen)
		{
			if (masterLen > sizeof(this->key) || saltLen > sizeof(this->key) - masterLen)
			{
				return srtp_err_status_bad_param;
			}

			std::memcpy(this->key, master, masterLen);
			std::memcpy(this->key + masterLen, salt, saltLen);

			return srtp_err_status_ok;
		}

		::srtp_policy_t inner{};

	private:
		unsigned char key[SRTP_MAX_KEY_LEN]{};
	};

	// Runs one of libsrtp 2's calls, which work in place, from `in` to `out`. `room` is what the call may add.
	template<typename Call>
	srtp_err_status_t Transform(
	  Call call, srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t room)
	{
		if (*outLen < inLen + room)
		{
			return srtp_err_status_buffer_small;
		}
		if (in != out)
		{
			std::memmove(out, in, inLen);
		}

		int length        = static_cast<int>(inLen);
		const auto status = call(session, out, std::addressof(length));

		*outLen = static_cast<size_t>(length);

		return status;
	}
} // namespace srtp_compat

inline srtp_err_status_t srtp_policy_create(srtp_compat::Policy** policy)
{
	*policy = new (std::nothrow) srtp_compat::Policy();

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_compat::Policy* policy)
{
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_compat::Policy* policy, srtp_ssrc_t ssrc)
{
	policy->inner.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_compat::Policy* policy, srtp_profile_t profile)
{
	return policy->SetProfile(profile);
}

// The worker uses no master key identifiers (MKI).
inline srtp_err_status_t srtp_policy_add_key(
  srtp_compat::Policy* policy,
  const uint8_t* master,
  size_t masterLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t /*mkiLen*/)
{
	return policy->SetKey(master, masterLen, salt, saltLen);
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_compat::Policy* policy, bool allow)
{
	policy->inner.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_compat::Policy* policy, size_t packets)
{
	policy->inner.window_size = static_cast<unsigned long>(packets);

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, const srtp_compat::Policy* policy)
{
	return srtp_create(session, std::addressof(policy->inner));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	const auto call = [](srtp_t ctx, void* packet, int* length) { return srtp_protect(ctx, packet, length); };

	return srtp_compat::Transform(call, session, in, inLen, out, outLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	const auto call = [](srtp_t ctx, void* packet, int* length) { return srtp_protect_rtcp(ctx, packet, length); };

	return srtp_compat::Transform(call, session, in, inLen, out, outLen, SRTP_MAX_TRAILER_LEN + srtp_compat::RtcpIndexBytes);
}

inline srtp_err_status_t srtp_unprotect(srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	const auto call = [](srtp_t ctx, void* packet, int* length) { return srtp_unprotect(ctx, packet, length); };

	return srtp_compat::Transform(call, session, in, inLen, out, outLen, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	const auto call = [](srtp_t ctx, void* packet, int* length) { return srtp_unprotect_rtcp(ctx, packet, length); };

	return srtp_compat::Transform(call, session, in, inLen, out, outLen, 0);
}

#define srtp_policy_t srtp_compat::Policy*
